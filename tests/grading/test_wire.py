import math
import os
import struct
from contextlib import suppress
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from gatecheck.grading.inside import values
from gatecheck.grading.inside.frames import WireError, receive, send
from gatecheck.grading.inside.values import Foreign, Result
from gatecheck.grading.inside.wire import decode, encode

TEXTS = st.text(max_size=20)
ARRAYS = st.sampled_from(list(values.DTYPES.values())).flatmap(
    lambda code: nps.arrays(np.dtype(code), nps.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), TEXTS, ARRAYS)


def nested(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.lists(inner, max_size=3).map(tuple),
            st.dictionaries(TEXTS, inner, max_size=3),
        ),
        max_leaves=8,
    )


def frame_of(value):
    pieces = encode(value)
    return bytes(pieces[1]), b"".join(bytes(piece) for piece in pieces[2:])


def through_a_pipe(data):
    """What `receive` makes of raw bytes."""
    ours, theirs = os.pipe()
    try:
        os.write(theirs, data)
        os.close(theirs)
        return receive(ours)
    finally:
        os.close(ours)


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b and str(a) == str(b)


@given(nested(PLAIN))
def test_whatever_is_written_is_read_back_to_the_bit(value):
    try:
        frame = frame_of(value)
    except WireError:
        return  # nested too deep, or a text with half a character
    assert same(decode(frame, Foreign), value)


@given(st.builds(Result, st.integers(0, 99), st.lists(st.one_of(st.integers(0, 9), TEXTS)).map(tuple)))
def test_a_result_crosses_to_the_worker_and_never_back(result):
    assert decode(frame_of([result]), Result) == [result]
    with pytest.raises(WireError):
        decode(frame_of([result]), Foreign)


@given(st.builds(Foreign, TEXTS))
def test_a_foreign_value_crosses_to_the_judge_and_never_back(foreign):
    assert decode(frame_of((foreign,)), Foreign) == (foreign,)
    with pytest.raises(WireError):
        decode(frame_of((foreign,)), Result)


def test_floats_that_are_not_finite_cross():
    assert decode(frame_of([math.inf, -math.inf]), Foreign) == [math.inf, -math.inf]
    assert math.isnan(decode(frame_of(math.nan), Foreign))


LAYOUTS = [np.asfortranarray, lambda a: a[::2, ::-1], lambda a: a.T, lambda a: a[:0]]


@pytest.mark.parametrize("change", LAYOUTS)
def test_an_array_of_any_layout_arrives_contiguous_and_writable(change):
    sent = change(np.arange(24.0).reshape(4, 6))
    got = decode(frame_of(sent), Foreign)
    assert same(got, np.ascontiguousarray(sent))
    assert got.flags.writeable and got.flags.aligned and got.flags.owndata


def test_a_big_endian_array_arrives_little_endian():
    got = decode(frame_of(np.arange(3, dtype=">f8")), Foreign)
    assert got.dtype == np.dtype("<f8") and got.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        b"bytes",
        1j,
        np.float64(1),
        np.arange(2).astype("float16"),
        np.array([object()]),
        np.array(["text"]),
        np.zeros(2, dtype=[("a", "f8")]),
        np.ma.masked_array([1.0]),
        np.zeros((1,) * 9),
        {1: 2},
        2**63,
        -(2**63) - 1,
        "x" * 10_001,
        "\ud800",
        [[[[[[[[[[]]]]]]]]]],
        [None] * 100_001,
        ["x" * 10_000] * 500,
        np.broadcast_to(1.0, (1 << 20, 1 << 20)),
        np.zeros(values.ARRAY_BYTES // 8 + 1),
        [np.zeros(values.ARRAY_BYTES // 16)] * 3,
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_what_may_not_cross_is_refused_on_either_side(value):
    with pytest.raises(WireError):
        decode(frame_of(value), Foreign)


HEADERS = [
    b"",
    b"{",
    b"[]",
    b"{}",
    b"nan",
    b"NaN",
    b"Infinity",
    b"1e999",
    b"1" * 21,
    b"9223372036854775808",
    b'"\\ud800"',
    "\N{GREEK SMALL LETTER DELTA}".encode(),
    b"\xff",
    '{"l":[]}'.encode("utf-16"),
    b'{"l":[],"t":[]}',
    b'{"z":[]}',
    b'{"l":{}}',
    b'{"l":null}',
    b'{"d":[["a",1],["a",2]]}',
    b'{"d":[[1,1]]}',
    b'{"d":[["a"]]}',
    b'{"d":["ab"]}',
    b'{"f":"infinity"}',
    b'{"f":[]}',
    b'{"k":1}',
    b'{"k":"' + b"x" * 10_001 + b'"}',
    b'{"r":[0]}',
    b'{"a":"float64 1"}',
    b'{"a":"float64 -1"}',
    b'{"a":"float64 true"}',
    b'{"a":"float64 1.0"}',
    b'{"a":"float64 00"}',
    b'{"a":"float64 0 "}',
    b'{"a":"float64 \\u0660"}',
    b'{"a":"float64 0000000000"}',
    b'{"a":"float64"}',
    b'{"a":"O 1"}',
    b'{"a":["float64",[0]]}',
    b'{"a":1}',
    b'{"a":"float64 0 0 0 0 0 0 0 0 0"}',
    b'{"a":"float64 0 67108864 67108864 67108864"}',
    b'{"a":"float64 67108864 67108864"}',
    b'{"l":[' * 10 + b"]}" * 10,
    b"[" * 100_000,
    b'{"l":[' + b"[]," * 200_000 + b"1]}",
    b'{"l":[' + b"1," * 100_000 + b"1]}",
]


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: repr(header[:40]))
def test_a_header_that_was_never_written_is_refused(header):
    with pytest.raises(WireError):
        decode((header, b""), Foreign)


@pytest.mark.parametrize("header", [b'{"r":["a"]}', b'{"r":[0,1.5]}', b'{"r":[]}', b'{"r":[0,null]}'])
def test_a_malformed_address_of_a_result_is_refused(header):
    with pytest.raises(WireError):
        decode((header, b""), Result)


def test_bytes_that_belong_to_no_array_are_refused():
    with pytest.raises(WireError):
        decode((b"1", b"x"), Foreign)


def test_a_bool_that_is_neither_true_nor_false_is_refused():
    with pytest.raises(WireError):
        decode((b'{"a":"bool 1"}', b"\2"), Foreign)


def test_the_end_of_the_pipe_is_no_frame():
    assert through_a_pipe(b"") is None


@pytest.mark.parametrize("lengths", [(values.HEADER_BYTES + 1, 0), (0, values.ARRAY_BYTES + 1), (2**32 - 1, 2**32 - 1)])
def test_a_frame_beyond_the_cap_is_refused_by_its_lengths_alone(lengths):
    with pytest.raises(WireError, match="too large"):
        through_a_pipe(struct.pack(">II", *lengths))


@given(st.binary(max_size=200))
def test_random_bytes_on_the_pipe_are_a_frame_or_refused(data):
    with suppress(WireError):
        frame = through_a_pipe(data)
        assert frame is None or frame_of(decode(frame, Foreign))


@given(st.data(), nested(PLAIN))
def test_a_frame_cut_short_is_refused(data, value):
    try:
        whole = b"".join(bytes(piece) for piece in encode(value))
    except WireError:
        return
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(WireError):
        through_a_pipe(whole[:cut])


@settings(max_examples=100)
@given(st.data(), nested(PLAIN))
def test_flipped_bits_give_another_value_or_a_refusal_and_nothing_else(data, value):
    try:
        header, arrays = map(bytearray, frame_of(value))
    except WireError:
        return
    for _ in range(data.draw(st.integers(1, 4))):
        part = data.draw(st.sampled_from([p for p in (header, arrays) if p]))
        part[data.draw(st.integers(0, len(part) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(WireError):
        encode(decode((bytes(header), bytes(arrays)), Foreign))


def test_a_frame_larger_than_the_pipe_is_sent_and_received_whole():
    ours, theirs = os.pipe()
    array = np.random.default_rng(1).normal(size=(300, 1000))
    thread = Thread(target=send, args=(theirs, encode([array, array.T])))
    thread.start()
    got = decode(receive(ours), Foreign)
    thread.join()
    os.close(ours)
    os.close(theirs)
    assert same(got, [array, np.ascontiguousarray(array.T)])
