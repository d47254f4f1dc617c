# class: signals
# on: right
# expect: full
# stopped by: judge

import signal


def handler(number, frame):
    raise SystemExit(0)


signal.signal(signal.SIGTERM, handler)
signal.signal(signal.SIGINT, handler)
