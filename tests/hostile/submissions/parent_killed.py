# class: parents
# on: right
# expect: full
# stopped by: user, files, calls

import os

try:
    os.kill(os.getppid(), 0)
    got("the parent")
except OSError:
    pass
