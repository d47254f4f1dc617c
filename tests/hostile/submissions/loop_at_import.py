# class: loops
# on: right
# expect: timeout
# says: ran longer than the 0.3 s allowed, while it was being loaded
# stopped by: deadline
# seconds: 0.3

while True:
    pass
