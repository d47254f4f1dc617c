# class: parents
# on: right
# expect: full
# stopped by: user, files, calls

import os

try:
    got(os.kill(FACTS["judge"], 0))
except OSError:
    pass
