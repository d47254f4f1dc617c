# class: judge's secrets
# on: right
# expect: full
# stopped by: process

import os

found = []
for number in range(3, 1024):
    try:
        os.fstat(number)
        found.append(number)
    except OSError:
        pass
if len(found) > 1:  # the one to the judge
    got(found)
