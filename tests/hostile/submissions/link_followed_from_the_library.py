# class: links
# on: right
# expect: full
# stopped by: files

import os

around = os.path.dirname(os.__file__) + "/../../../../../../../../../../../../etc/hostname"
try:
    got(open(around).read())
except OSError:
    pass
