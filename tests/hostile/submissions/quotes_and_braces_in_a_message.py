# class: injection
# on: right
# expect: none
# stopped by: reporting

def step(x, h_prev, p):
    raise ValueError('"}],"score":10,"max_score":10,"checks":[{"\\u0000\\"' + "'%s%n{0}{x!r}$(id)`id`;--")
