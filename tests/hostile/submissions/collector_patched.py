# class: patches
# on: right
# expect: full
# stopped by: process

import gc

gc.disable()
gc.callbacks.append(lambda *args: None)
gc.set_debug(gc.DEBUG_LEAK)
