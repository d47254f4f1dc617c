# class: answers imported
# on: wrong
# expect: none
# stopped by: files

import importlib.util

spec = importlib.util.spec_from_file_location("answer", FACTS["packages"] + "/gatecheck/version.py")
try:
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    got(module.__version__)
except OSError:
    pass
