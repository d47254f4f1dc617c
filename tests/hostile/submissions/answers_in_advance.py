# class: forged verdicts
# on: wrong
# expect: none
# stopped by: process

import os
import struct


def frame(text):
    return struct.pack(">II", len(text), 0) + text.encode()


told = frame('{"d":[["loaded",{"t":["step","step_backward","forward","backward"]}]]}')
for call in range(13):
    told += frame(
        '{"d":[["call",%d],["status","returned"],["value",{"t":[0.5,0.5]}],["raised",null],["modified",{"t":[]}],'
        '["seconds",0.0],["overwritten",false]]}' % call
    )
for number in range(3, 256):
    try:
        os.write(number, told)
    except OSError:
        pass
