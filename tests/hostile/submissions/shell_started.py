# class: programs
# on: right
# expect: full
# stopped by: user, limits, files, calls

import os

try:
    status = os.system("exit 3")
except OSError:
    status = -1
if status == 3 << 8:
    got("a shell")
