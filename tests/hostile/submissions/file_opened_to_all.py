# class: files
# on: right
# expect: full
# stopped by: user, calls

import os

try:
    os.chmod(FACTS["file"], 0o777)
    got("other rights")
except OSError:
    pass
