# class: parser breakers
# on: nothing
# expect: none|rejected
# stopped by: process
# make: b"def f():\n    return (b'x' * 4096,) * 1000 * 1000, 2 ** 100_000, 'x' * 10**9\n"
