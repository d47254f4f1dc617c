# class: lying arrays
# on: wrong
# expect: none
# says: step returns 1 result instead of 2
# stopped by: judge

class Mine(tuple):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return 0.0


def step(x, h_prev, p):
    return Mine()
