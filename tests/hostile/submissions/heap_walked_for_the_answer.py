# class: walking
# on: wrong
# expect: none
# stopped by: process

import gc

for thing in gc.get_objects():
    if type(thing).__name__ in ("Kit", "Key", "Program", "Verdicts", "Sample"):
        got(type(thing).__name__)
