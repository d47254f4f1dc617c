# class: exits
# on: right
# expect: none
# says: step raised Honest
# stopped by: judge

class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit(0)


class Honest(Exception, metaclass=Meta):
    pass


def step(x, h_prev, p):
    raise Honest("no name")
