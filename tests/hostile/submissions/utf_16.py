# class: encodings
# on: nothing
# expect: refused
# says: UTF-8
# stopped by: intake
# make: "x = 'ä'\n".encode("utf-16")
