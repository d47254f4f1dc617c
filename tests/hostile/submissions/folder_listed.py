# class: files
# on: right
# expect: full
# stopped by: files

import os

try:
    got(os.listdir(FACTS["folder"]))
except OSError:
    pass
