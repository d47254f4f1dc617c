# class: rights
# on: right
# expect: full
# stopped by: user
# root: yes

import os

if 0 in (os.getuid(), os.geteuid(), os.getgid()):
    got("root")
