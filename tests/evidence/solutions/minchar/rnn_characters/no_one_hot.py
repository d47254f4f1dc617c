import numpy as np


def softmax(y):
    e = np.exp(y - np.max(y))
    return e / e.sum()


def lossFun(inputs, targets, hprev):
    # a one-hot vector only picks a column, so there is no need to build it
    h = hprev
    steps = []
    loss = 0.0
    for c, target in zip(inputs, targets):
        before = h
        h = np.tanh(Wxh[:, [c]] + Whh @ before + bh)
        p = softmax(Why @ h + by)
        loss = loss - np.log(p[target, 0])
        steps.append((c, target, before, h, p))

    grads = [np.zeros(w.shape) for w in (Wxh, Whh, Why, bh, by)]
    gWxh, gWhh, gWhy, gbh, gby = grads
    from_next = 0
    while steps:
        c, target, before, now, p = steps.pop()
        p[target] -= 1
        gWhy += p @ now.T
        gby += p
        up = (Why.T @ p + from_next) * (1 - now**2)
        gbh += up
        gWxh[:, c] += up[:, 0]
        gWhh += up @ before.T
        from_next = Whh.T @ up
    return loss, *[np.clip(g, -5, 5) for g in grads], h
