# class: encodings
# on: nothing
# expect: refused
# says: is empty
# stopped by: intake
# make: b" \n\t\n"
