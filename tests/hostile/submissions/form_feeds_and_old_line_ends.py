# class: encodings
# on: nothing
# expect: full
# stopped by: nothing
# make: RIGHT.replace(b"\n\n\n", b"\n\x0c\n\n").replace(b"\n", b"\r")
