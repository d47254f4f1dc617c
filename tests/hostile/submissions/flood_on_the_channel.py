# class: forged verdicts
# on: wrong
# expect: crashed
# stopped by: wire

import os
import struct

text = b'{"d":[["holding",{"t":[]}]]}'
while True:
    for number in range(3, 40):
        try:
            os.write(number, struct.pack(">II", len(text), 0) + text)
        except OSError:
            pass
