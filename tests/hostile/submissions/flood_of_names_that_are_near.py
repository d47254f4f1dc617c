# class: floods
# on: right
# expect: none
# says: There is no function step
# stopped by: wire

for number in range(20_000):
    exec(f"def stepp_{number}(): pass")
del step
