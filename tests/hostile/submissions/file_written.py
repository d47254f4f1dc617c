# class: files
# on: right
# expect: full
# stopped by: files

try:
    with open(FACTS["folder"] + "/written", "wb", buffering=0):
        pass
except OSError:
    pass
