# class: rights
# on: right
# expect: full
# stopped by: limits

import resource

if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
    got("core files")
