# class: parser breakers
# on: nothing
# expect: none
# says: There is no function step
# stopped by: process
# make: b"x = [" + b"0," * 100_000 + b"]\n"
