# class: links
# on: right
# expect: full
# stopped by: files, calls

import os

try:
    os.link(FACTS["file"], FACTS["folder"] + "/link")
except OSError:
    pass
