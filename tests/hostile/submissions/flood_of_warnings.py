# class: floods
# on: right
# expect: full
# stopped by: process

import sys
import warnings

for number in range(2000):
    warnings.warn(f"warning {number}")
    sys.stderr.write("\x1b[2J" * 100)
