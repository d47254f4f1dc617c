# class: global state
# on: right
# expect: some|none|full
# stopped by: judge

# Whenever it turns: what counts was compared with numbers drawn for this run.
_step = step
_calls = []


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    _calls.append(0)
    return (h if len(_calls) < 30 else -h), kept
