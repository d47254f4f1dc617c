# class: forged verdicts
# on: wrong
# expect: crashed
# stopped by: wire

import os
import struct

text = b'{"d":[["loaded",' + b"9" * 1_000_000 + b"]]}"
for number in range(3, 40):
    data = memoryview(struct.pack(">II", len(text), 0) + text)
    try:
        while data:
            data = data[os.write(number, data) :]
    except OSError:
        pass
