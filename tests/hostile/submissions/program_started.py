# class: programs
# on: right
# expect: full
# stopped by: user, limits, files, calls

import subprocess
import sys

try:
    got(subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], close_fds=False).returncode)
except (OSError, ValueError):
    pass
