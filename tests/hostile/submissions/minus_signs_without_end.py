# class: parser breakers
# on: nothing
# expect: rejected|crashed
# stopped by: process
# make: b"x = " + b"-" * 500_000 + b"1\n"
