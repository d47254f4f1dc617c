# class: exits
# on: right
# expect: full
# stopped by: calls

# Without the layer nothing is left to answer.
import os

try:
    os.kill(os.getpid(), 9)
except OSError:
    pass
