# class: files
# on: right
# expect: full
# stopped by: files

try:
    with open(FACTS["folder"] + "/large", "wb") as file:
        file.truncate(1 << 30)
except OSError:
    pass
