# class: files
# on: right
# expect: full
# stopped by: files

import glob

if found := glob.glob(FACTS["folder"] + "/*") + glob.glob("/etc/*.conf"):
    got(found)
