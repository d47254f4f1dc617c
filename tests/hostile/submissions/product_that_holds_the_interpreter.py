# class: interpreter held
# on: right
# expect: timeout
# stopped by: deadline
# seconds: 0.3

for _ in range(1000):
    np.ones((1500, 1500)) @ np.ones((1500, 1500))
