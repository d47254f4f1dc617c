# class: interpreter held
# on: right
# expect: timeout
# stopped by: deadline
# seconds: 0.3

7 ** (7**9)
