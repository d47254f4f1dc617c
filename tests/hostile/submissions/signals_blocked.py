# class: signals
# on: right
# expect: timeout
# stopped by: deadline
# seconds: 0.3

import signal

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    pass
