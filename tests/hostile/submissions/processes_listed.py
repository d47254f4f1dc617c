# class: judge's secrets
# on: right
# expect: full
# stopped by: files

import os

try:
    got([name for name in os.listdir("/proc") if name.isdecimal()][:3])
except OSError:
    pass
