"""Hostile archives: what is found in each, what is refused, and with what memory."""

import io
import tracemalloc
from contextlib import suppress

import pytest
from hostile.archives import ARCHIVES, FILE, MIB, READ, gzipped, tarred, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecheck.errors import SubmissionError
from gatecheck.grading.archives import archive_members
from gatecheck.grading.collecting import collected

SOURCE = b"def lstm_step_forward():\n    return 'read'\n"


def told(path):
    """What comes of each submission that is found: the source, or the sentence with which it is refused; by names."""
    with collected([str(path)], FILE) as found:
        return dict(map(outcome, found))


def outcome(found):
    try:
        name, submission, _ = found.read()
    except SubmissionError as error:
        [problem] = error.problems
        assert problem.advice and problem.message.isprintable()
        return found.name, problem.message
    assert name.isprintable() and submission.name.isprintable()
    return name, submission.source


LONG = ("a bomb in bzip2", "a bomb in xz")
CASES = [pytest.param(case, marks=[pytest.mark.slow] if case in LONG else []) for case in ARCHIVES]


@pytest.mark.parametrize("case", CASES)
def test_of_a_hostile_archive_what_is_sound_is_read_and_the_rest_refused(case, tmp_path):
    name, build, expected = ARCHIVES[case]
    (tmp_path / name).write_bytes(build(SOURCE))
    came = told(tmp_path / name)
    assert len(came) == len(expected)
    for end, words in expected.items():
        [got] = [got for name, got in came.items() if name.endswith(end)]
        if words == READ:
            assert SOURCE.strip() in got
        else:
            assert words in got
    assert [path.name for path in tmp_path.iterdir()] == [name]


BOMBS = {
    "a file that unpacks to 50 MiB": 8,
    "a list of 6 MiB": 16,
    "an .xz that asks for 4 GiB": 8,
    "a bomb in gzip": 64,
}


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_takes_little_memory(case, tmp_path):
    name, build, _ = ARCHIVES[case]
    (tmp_path / name).write_bytes(build(SOURCE))
    tracemalloc.start()
    told(tmp_path / name)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < BOMBS[case] * MIB


def read_all(data):
    with suppress(SubmissionError):
        for member in archive_members(io.BytesIO(data), "a", 8 * MIB):
            assert member.shown.isprintable()
            with suppress(SubmissionError):
                assert len(member.read(1000)) <= 1001


@given(st.binary(max_size=2000), st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0"]))
def test_any_bytes_are_an_archive_or_refused(data, start):
    read_all(start + data)


WHOLE = [
    zipped((FILE, SOURCE), ("b.py", SOURCE), method=8),
    tarred((FILE, SOURCE), ("b" * 200, SOURCE)),
    gzipped(tarred((FILE, SOURCE))),
]


@settings(deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_a_damaged_archive_is_read_in_part_or_refused(whole, data):
    damaged = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=4)):
        damaged[at] = data.draw(st.integers(0, 255))
    read_all(bytes(damaged[: data.draw(st.sampled_from([None, len(whole) // 2, 10]))]))
