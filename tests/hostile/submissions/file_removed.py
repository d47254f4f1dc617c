# class: files
# on: right
# expect: full
# stopped by: files, calls

import os

try:
    os.remove(FACTS["file"])
except OSError:
    pass
