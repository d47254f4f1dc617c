# class: malformed replies
# on: right
# expect: none
# says: of a class of its own, Sized
# stopped by: wire

class Sized(np.ndarray):
    nbytes = -1
    shape = ()
    dtype = np.dtype(float)

    def tobytes(self, *args, **kwargs):
        return b"0" * 8


def step(x, h_prev, p):
    return h_prev.view(Sized), None
