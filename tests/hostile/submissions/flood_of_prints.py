# class: floods
# on: right
# expect: timeout
# stopped by: deadline
# seconds: 0.3

while True:
    print("x" * 1_000_000, flush=True)
