# class: leftovers
# on: right
# expect: full
# stopped by: files

# What the next submission would find: a module that its imports take.
import sys

for folder in [FACTS["folder"], *sys.path]:
    try:
        with open(folder + "/decimal_.py", "x"):
            got(folder)
    except OSError:
        pass
