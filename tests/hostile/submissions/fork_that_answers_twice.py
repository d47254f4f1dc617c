# class: fork bombs
# on: wrong
# expect: none
# stopped by: user, limits, calls

import os

try:
    child = os.fork()
except OSError:
    pass
else:
    if child:
        got("a process")
