# class: files
# on: right
# expect: full
# stopped by: files, calls

import os

try:
    os.truncate(FACTS["file"], 0)
except OSError:
    pass
