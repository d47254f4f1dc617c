# class: thread bombs
# on: wrong
# expect: none
# stopped by: user, limits, calls

import _thread

try:
    _thread.start_new_thread(lambda: None, ())
    got("a thread")
except RuntimeError:
    pass
