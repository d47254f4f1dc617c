# class: injection
# on: right
# expect: none
# says: There is no function step
# stopped by: reporting

globals()["=1+1"] = type("=1+1", (), {})
globals()["stepp\x1b[2J"] = step
del step
