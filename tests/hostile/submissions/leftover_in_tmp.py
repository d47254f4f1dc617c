# class: leftovers
# on: right
# expect: full
# stopped by: files, calls

import tempfile

try:
    tempfile.tempdir = FACTS["folder"]
    got(tempfile.mkdtemp())
except OSError:
    pass
