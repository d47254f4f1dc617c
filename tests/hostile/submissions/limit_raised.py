# class: rights
# on: right
# expect: full
# stopped by: limits, calls

import resource

try:
    got(resource.setrlimit(resource.RLIMIT_CORE, (1, 1)))
except (OSError, ValueError):
    pass
