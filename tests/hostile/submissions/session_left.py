# class: parents
# on: right
# expect: full
# stopped by: calls

import os

try:
    got(os.setsid())
except OSError:
    pass
