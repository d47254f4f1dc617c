# class: encodings
# on: nothing
# expect: refused
# says: UTF-8
# stopped by: intake
# make: b"# gr\xfcn\nx = 1\n"
