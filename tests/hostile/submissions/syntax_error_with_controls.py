# class: parser breakers
# on: nothing
# expect: rejected
# says: is not valid Python
# stopped by: judge
# make: b"def \x1b[2Jf(:\n"
