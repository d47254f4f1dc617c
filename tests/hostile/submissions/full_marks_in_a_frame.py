# class: forged verdicts
# on: wrong
# expect: crashed
# says: spoke to its judge out of turn
# stopped by: wire

import os
import struct


def frame(text):
    return struct.pack(">II", len(text), 0) + text.encode()


loaded = frame('{"d":[["loaded",{"t":["step"]}]]}')
passed = frame('{"d":[["call",0],["status","passed"],["score",1.0],["modified",{"t":[]}],["seconds",0.0]]}')
for number in range(3, 256):
    try:
        os.write(number, loaded + passed * 20)
    except OSError:
        pass
