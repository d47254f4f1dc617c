# class: parser breakers
# on: nothing
# expect: rejected
# says: is not valid Python
# stopped by: process
# make: b"".join(b" " * depth + b"if 1:\n" for depth in range(900)) + b" " * 900 + b"pass\n"
