# class: loops
# on: right
# expect: some
# says: backward did not end within the time allowed
# stopped by: deadline
# seconds: 0.6

_backward, _calls = backward, []


def backward(dh, kept, p):
    while _calls:
        pass
    _calls.append(1)
    return _backward(dh, kept, p)
