# class: interpreter held
# on: right
# expect: timeout
# stopped by: deadline
# seconds: 0.3

import re

re.match("(a+)+$", "a" * 60 + "b")
