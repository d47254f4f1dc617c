# class: floods
# on: right
# expect: full
# stopped by: wire

for number in range(20_000):
    globals()[f"step_{number}_" + "x" * 200] = type(f"C{number}", (), {})
