# class: patches
# on: wrong
# expect: none
# stopped by: process

import sys

sys.settrace(lambda *args: None)
sys.setprofile(lambda *args: None)
sys.excepthook = sys.unraisablehook = sys.displayhook = lambda *args: None
sys.addaudithook(lambda *args: None)
