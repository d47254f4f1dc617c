# class: programs
# on: right
# expect: full
# stopped by: files, calls

import os

# What becomes another program sends no answer: that it worked is seen by what it says instead.
try:
    os.execv("/bin/sh", ["sh", "-c", f"echo x > {FACTS['folder']}/written"])
except OSError:
    pass
