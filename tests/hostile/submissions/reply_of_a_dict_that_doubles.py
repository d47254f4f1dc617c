# class: malformed replies
# on: right
# expect: none
# says: not an array|too large
# stopped by: wire
# seconds: 1.0

def step(x, h_prev, p):
    bomb = {"k": "x" * 9000}
    for _ in range(6):
        bomb = {str(number): bomb for number in range(20)}
    return bomb, None
