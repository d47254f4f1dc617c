# class: honest oddities
# on: right
# expect: full
# stopped by: nothing

import collections
import dataclasses
import math
import time

print("testing", time.time(), math.pi)
if __name__ == "__main__":
    raise SystemExit("only when it is run")
