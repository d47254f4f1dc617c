# class: leftovers
# on: right
# expect: full
# stopped by: files

import tempfile

try:
    tempfile.tempdir = FACTS["folder"]
    got(tempfile.mkdtemp())
except OSError:
    pass
