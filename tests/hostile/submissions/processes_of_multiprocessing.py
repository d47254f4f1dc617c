# class: fork bombs
# on: right
# expect: full
# stopped by: user, limits, files, calls

try:
    import multiprocessing

    process = multiprocessing.Process(target=print)
    process.start()
    got("a process")
except (OSError, ImportError):
    pass
