# class: loops
# on: right
# expect: timeout
# stopped by: deadline
# seconds: 0.3

while True:
    try:
        while True:
            1 / 0
    except BaseException:
        continue
