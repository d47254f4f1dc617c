# class: answers imported
# on: wrong
# expect: none
# stopped by: files

import os
import sys

sys.path += [os.path.dirname(os.path.dirname(np.__file__))]
try:
    import mpmath
except (ImportError, OSError):
    pass
else:
    got(mpmath)
