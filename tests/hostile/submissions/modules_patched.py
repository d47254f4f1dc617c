# class: patches
# on: wrong
# expect: none|crashed
# stopped by: process

import json
import os
import struct
import sys


def broken(*args, **kwargs):
    raise SystemExit(0)


for module in (json, json.encoder, struct):
    for name in [name for name in vars(module) if not name.startswith("__")]:
        setattr(module, name, broken)
os.write = os.read = os._exit = broken
