# class: encodings
# on: nothing
# expect: refused
# says: declares the encoding rot13
# stopped by: intake
# make: b"# coding: rot13\nvzcbeg bf\n"
