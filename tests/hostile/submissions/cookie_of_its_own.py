# class: encodings
# on: nothing
# expect: refused
# says: declares the encoding
# stopped by: intake
# make: b"# coding: ../../../../etc/passwd-\x61\nx = 1\n"
