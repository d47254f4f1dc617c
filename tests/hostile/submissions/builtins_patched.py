# class: patches
# on: wrong
# expect: none|crashed
# stopped by: process

import builtins

builtins.all = builtins.any = builtins.isinstance = lambda *args: True
builtins.abs = builtins.max = builtins.sum = builtins.len = lambda *args: 0
