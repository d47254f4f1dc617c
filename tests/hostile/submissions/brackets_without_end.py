# class: parser breakers
# on: nothing
# expect: rejected
# says: is not valid Python
# stopped by: process
# make: b"x = " + b"(" * 20_000 + b"\n"
