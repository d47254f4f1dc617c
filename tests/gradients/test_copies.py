"""Many copies at once give what each gives alone, whatever NumPy does with them."""

import numpy as np
import pytest

from gatecheck.gradients.copies import Copies

RNG = np.random.default_rng(3)
M, V, S = RNG.normal(size=(4, 4)), RNG.normal(size=4), RNG.normal(size=(3, 2, 4))


def written(a):
    out = np.zeros_like(a)
    out[0] = 2 * a[1]
    out[a > 0] = 1.0
    return out


def updated(a):
    b = a.copy()
    b += a
    return b


#: What a function may do with an array of shape (4, 4), other arrays beside it.
DONE = {
    "arithmetic": lambda a: 2 * a - 1 / (a + 5) + a**2 - M * a,
    "functions": lambda a: np.tanh(a) * np.exp(-np.abs(a)) + np.maximum(a, 0),
    "products": lambda a: a @ M.T + M @ a - a.dot(V) + np.dot(V, a),
    "product with itself": lambda a: a @ a.T + np.outer(a[0], V) @ a,
    "vectors": lambda a: a[0] @ a[1] + V @ a[2] + M @ a[3],
    "a batch of products": lambda a: S @ a + np.matmul(S, a.T),
    "einsum": lambda a: np.einsum("ij,tbj->tbi", a, S),
    "reductions": lambda a: a.sum(0) + a.mean(axis=1) + a.max(axis=-1) + np.sum(a, axis=(0, 1)) + a.min() + np.prod(a),
    "kept axes": lambda a: a - a.sum(axis=1, keepdims=True) + np.mean(a, axis=0, keepdims=True),
    "broadcasting": lambda a: a[0] + (S * a[1]).sum(axis=(0, 1)) + (a[:, None] * a[None]).sum(2),
    "indices": lambda a: a[1:3, [0, 2]] @ a[..., :2].T + a[-1, 2] + a[::2, :],
    "shapes": lambda a: a.reshape(2, 8)[:, : a.shape[0]] + np.transpose(a)[: len(a) - 2] + a.ravel()[: a.ndim + 2],
    "joining": lambda a: np.concatenate([a, M], axis=1) + np.hstack([a, a]) - np.stack([a, a])[0, :, :1],
    "splitting": lambda a: sum(np.split(a, 2, axis=1)),
    "choosing": lambda a: np.where(a > 0, a, 0.1 * a) + np.clip(a, -1, 1) * (a > 0),
    "rows": lambda a: sum(row * k for k, row in enumerate(a)),
    "writing": written,
    "updating": updated,
    "accumulating": lambda a: np.add.accumulate(a, axis=0) + np.cumsum(a, axis=1) + np.add.reduce(a, axis=0),
    "parts": lambda a: a.real + a.imag + a.astype(float).T,
    "linear algebra": lambda a: np.linalg.inv(a + 9 * np.eye(4)) + np.trace(a),
}


@pytest.mark.parametrize("name", DONE)
def test_every_copy_comes_out_as_it_does_alone(name):
    stack = RNG.normal(size=(5, 4, 4))
    together = DONE[name](Copies(stack.copy())).stack
    alone = np.stack([DONE[name](a.copy()) for a in stack])
    assert together.shape == alone.shape
    np.testing.assert_allclose(together, alone, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(
    "action",
    [
        lambda a: bool(a > 0),
        float,
        np.asarray,
        lambda a: np.zeros((4, 4)).__setitem__(0, a[0]),
        lambda a: np.add(M, a, out=np.zeros((4, 4))),
        lambda a: np.zeros((4, 4)).__iadd__(a),
    ],
)
def test_what_cannot_be_known_for_all_copies_at_once_is_refused(action):
    with pytest.raises(TypeError):
        action(Copies(RNG.normal(size=(5, 4, 4))))
