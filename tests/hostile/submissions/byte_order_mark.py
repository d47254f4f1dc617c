# class: encodings
# on: nothing
# expect: full
# stopped by: nothing
# make: b"\xef\xbb\xbf" + RIGHT.replace(b"\n", b"\r\n")
