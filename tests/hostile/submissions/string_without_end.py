# class: parser breakers
# on: nothing
# expect: rejected
# says: is not valid Python in line 1
# stopped by: process
# make: b'"""' + b"x" * 900_000
