# class: loops
# on: right
# expect: some
# says: backward did not end within the time allowed
# stopped by: deadline
# seconds: 0.6

def backward(dh, kept, p):
    while True:
        pass
