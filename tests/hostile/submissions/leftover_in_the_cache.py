# class: leftovers
# on: right
# expect: full
# stopped by: limits, files, calls

import os
import py_compile

source = os.__file__
try:
    got(py_compile.compile(source, cfile=FACTS["folder"] + "/os.pyc", doraise=True))
except (OSError, py_compile.PyCompileError):
    pass
