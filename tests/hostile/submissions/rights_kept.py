# class: rights
# on: right
# expect: full
# stopped by: user, calls
# root: yes

import os

try:
    os.setuid(0)
    got("root")
except OSError:
    pass
