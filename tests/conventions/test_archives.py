"""Archives of weights that are damaged at random: read, or refused in words, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.cells import load
from gatecheck.conventions import archives, layout
from gatecheck.errors import BadInput

LAYOUT = layout(load("gru"), "keras")
WHOLE = archives.packed(
    {"kernel": np.ones((4, 6)), "recurrent_kernel": np.full((2, 6), 2.0), "bias": np.arange(6, dtype=float)}
)


def test_a_whole_archive_is_read_with_its_sizes(tmp_path):
    (tmp_path / "in.npz").write_bytes(WHOLE)
    arrays, numbers = archives.read(tmp_path / "in.npz", LAYOUT)
    assert numbers == {"D": 4, "H": 2}
    assert list(arrays) == ["kernel", "recurrent_kernel", "bias"]
    assert archives.packed(arrays) == WHOLE


def test_arrays_may_have_the_names_of_the_framework_s_layers(tmp_path):
    of_cell = layout(load("lstm"), "pytorch")
    shapes = {"weight_ih": (8, 3), "weight_hh": (8, 2), "bias_ih": (8,), "bias_hh": (8,)}
    arrays = {name: np.random.default_rng(k).normal(size=s) for k, (name, s) in enumerate(shapes.items())}
    path = tmp_path / "in.npz"
    path.write_bytes(archives.packed({f"{name}_l0": a for name, a in arrays.items()}))
    found, numbers = archives.read(path, of_cell)
    assert numbers == {"D": 3, "H": 2} and all(np.array_equal(found[n], arrays[n]) for n in shapes)
    path.write_bytes(archives.packed(arrays | {"bias_hh_l0": arrays["bias_hh"]}))
    with pytest.raises(BadInput, match="has no array bias_hh_l0"):
        archives.read(path, of_cell)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(WHOLE)))
def test_a_damaged_archive_is_refused_in_words_or_holds_arrays_that_fit(tmp_path_factory, changes, end):
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    path.write_bytes(data[: end or None] if end % 2 else data)
    try:
        arrays, numbers = archives.read(path, LAYOUT)
    except BadInput as error:
        assert error.problems
    else:
        for stack in LAYOUT.stored:
            assert arrays[stack.name].shape == tuple(size.value(numbers) for size in stack.lengths)
            assert np.isfinite(arrays[stack.name]).all()


@given(st.dictionaries(st.sampled_from(["kernel", "bias", "b"]), st.lists(st.integers(0, 5), max_size=4), max_size=3))
def test_arrays_of_any_shape_are_refused_all_at_once(tmp_path_factory, shapes):
    path = tmp_path_factory.getbasetemp() / "shapes.npz"
    path.write_bytes(archives.packed({name: np.zeros(shape) for name, shape in shapes.items()}))
    with pytest.raises(BadInput, match=r"has no recurrent_kernel \(H,3H\)") as refused:
        archives.read(path, LAYOUT)
    assert ("has no array b " in str(refused.value)) == ("b" in shapes)
