# class: loops
# on: right
# expect: some
# says: backward does not give the same when it is called again
# stopped by: deadline
# seconds: 0.6

_backward, _calls = backward, []


def backward(dh, kept, p):
    while _calls:
        pass
    _calls.append(1)
    return _backward(dh, kept, p)
