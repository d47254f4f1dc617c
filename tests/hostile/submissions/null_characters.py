# class: encodings
# on: nothing
# expect: refused
# says: null|NUL|zero
# stopped by: intake
# make: b"x = 1\0\n"
