# class: parents
# on: right
# expect: full
# stopped by: calls

# To nobody: signal 0 only asks whether it could be sent to a group.
import os

try:
    got(os.killpg(os.getpgrp(), 0))
except OSError:
    pass
