# class: patches
# on: wrong
# expect: none|crashed
# stopped by: process

import sys

for name, module in list(sys.modules.items()):
    if name.startswith("inside"):
        for attribute, value in list(vars(module).items()):
            if attribute in ("same", "clean", "far", "TOLERANCE", "DTYPES"):
                setattr(module, attribute, lambda *args: True)
