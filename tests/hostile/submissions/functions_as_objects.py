# class: honest oddities
# on: right
# expect: full
# stopped by: nothing

from functools import partial


class Step:
    def __call__(self, *args):
        return _step(*args)


_step, _step_backward = step, step_backward
step, step_backward = Step(), partial(_step_backward)
