# class: files
# on: right
# expect: full
# stopped by: files, calls

import os

try:
    os.rename(FACTS["file"], FACTS["folder"] + "/renamed")
except OSError:
    pass
