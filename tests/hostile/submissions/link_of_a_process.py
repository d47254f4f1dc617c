# class: links
# on: right
# expect: full
# stopped by: files

import os

try:
    got(os.open("/proc/self/root/etc/hostname", os.O_RDONLY))
except OSError:
    pass
