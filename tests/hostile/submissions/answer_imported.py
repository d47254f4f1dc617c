# class: answers imported
# on: wrong
# expect: none
# stopped by: files

import sys

sys.path.append(FACTS["packages"])
try:
    import gatecheck
except ImportError:
    pass
else:
    got(gatecheck)
