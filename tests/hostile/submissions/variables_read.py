# class: judge's secrets
# on: right
# expect: full
# stopped by: process

import os

if more := set(os.environ) - set(FACTS["variables"]):
    got(sorted(more))
