# class: files
# on: right
# expect: full
# stopped by: files

try:
    got(open(FACTS["grader"]).read(100))
except OSError:
    pass
