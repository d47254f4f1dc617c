# class: walking
# on: wrong
# expect: none
# stopped by: process

# The arguments of later calls are here, and are worth nothing: no result lies beside them.
import gc

seen = [thing for thing in gc.get_objects() if type(thing) is dict and set(thing) == {"function", "arguments", "opaque"}]
for call in seen:
    if len(call["arguments"]) != 3:
        got(call)
