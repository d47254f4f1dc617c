# class: answers imported
# on: wrong
# expect: none
# stopped by: files

import site
import sys

for folder in site.getsitepackages([sys.prefix, sys.exec_prefix]) + [np.__path__[0] + "/.."]:
    site.addsitedir(folder)
try:
    import mpmath

    got(mpmath)
except (ImportError, OSError):
    pass
