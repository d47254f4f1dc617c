# class: exits
# on: right
# expect: full
# stopped by: process

import time


class Late:
    def __del__(self):
        time.sleep(3600)


late = Late()
