# class: leftovers
# on: right
# expect: full
# stopped by: calls

import os

try:
    got(os.memfd_create("left"))
except OSError:
    pass
