# class: look-alikes
# on: right
# expect: full
# stopped by: nothing

# Python reads both as step: full-width letters are folded (PEP 3131).
_step = step
del step
ｓｔｅｐ = _step
