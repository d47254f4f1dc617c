# class: encodings
# on: nothing
# expect: refused
# says: larger than 1 MiB
# stopped by: intake
# make: b"#" * (2 << 20)
