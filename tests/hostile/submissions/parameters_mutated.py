# class: aliasing
# on: right
# expect: full
# says: forward changed its argument p in place
# stopped by: judge

_step, _forward = step, forward


def forward(x, h0, p):
    done = _forward(x, h0, {name: value.copy() for name, value in p.items()})
    p.clear()
    return done
