# class: parser breakers
# on: nothing
# expect: rejected|crashed|none
# stopped by: process
# make: b"x = " + b"+".join([b"1"] * 300_000) + b"\n"
