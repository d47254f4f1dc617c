# class: honest oddities
# on: right
# expect: full
# stopped by: nothing

import dataclasses


@dataclasses.dataclass
class Kept:
    inner: object


_step, _step_backward = step, step_backward


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return h, Kept(lambda: kept)


def step_backward(dh, kept, p):
    return _step_backward(dh, kept.inner(), p)
