# class: patches
# on: right
# expect: none|some|full
# stopped by: process

import sys

for name in [name for name in sys.modules if name.startswith("numpy")]:
    sys.modules[name] = None
