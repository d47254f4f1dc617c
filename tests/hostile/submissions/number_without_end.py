# class: parser breakers
# on: nothing
# expect: rejected
# stopped by: process
# make: b"x = " + b"9" * 900_000 + b"\n"
