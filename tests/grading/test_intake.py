import hashlib
import json
import os
import socket
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.errors import SubmissionError
from gatecheck.grading import intake
from gatecheck.grading.intake import read_submission, submission_from

posix_only = pytest.mark.skipif(os.name != "posix", reason="about POSIX files")


def refusal(*given):
    """The message and the advice with which something is refused."""
    with pytest.raises(SubmissionError) as caught:
        read_submission(*given) if len(given) == 1 else submission_from(*given)
    [problem] = caught.value.problems
    assert problem.advice
    return problem.message, problem.advice


def notebook(*cells, **changes):
    """The bytes of a notebook; a text is a code cell."""
    full = [{"cell_type": "code", "source": c} if isinstance(c, (str, list)) else c for c in cells]
    return json.dumps({"cells": full, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | changes).encode()


def source_of(*cells):
    return submission_from("lab.ipynb", notebook(*cells)).source.decode()


# Files


def test_a_file_is_read_byte_for_byte_and_hashed(tmp_path):
    data = "x = 'δ'\r\n# done".encode()
    (tmp_path / "lstm.py").write_bytes(data)
    submission = read_submission(str(tmp_path / "lstm.py"))
    assert (submission.name, submission.source) == ("lstm.py", data)
    assert submission.sha256 == hashlib.sha256(data).hexdigest()
    assert submission.place(12) == "line 12"


def test_a_byte_order_mark_is_taken_off_and_the_hash_is_of_the_file():
    data = b"\xef\xbb\xbfx = 1"
    submission = submission_from("a.PY", data)
    assert submission.source == b"x = 1" and submission.sha256 == hashlib.sha256(data).hexdigest()


def test_a_file_that_is_not_python_is_taken_as_it_is():
    assert submission_from("a.py", b"def f(:").source == b"def f(:"


def test_a_missing_file_names_the_nearest_one(tmp_path):
    for name in ("lstm.py", "gru.py", "notes.txt"):
        (tmp_path / name).touch()
    message, advice = refusal(tmp_path / "ltsm.py")
    assert message.endswith("ltsm.py is not there.") and advice == "Did you mean lstm.py?"
    assert refusal(tmp_path / "zzzz.py")[1] == "Known: gru.py, lstm.py."


def test_a_missing_file_in_a_large_folder_is_told_how_many_there_are(tmp_path):
    for number in range(11):
        (tmp_path / f"{number}.py").touch()
    assert refusal(tmp_path / "zzzz.py")[1] == "Its folder holds 11 other files."


def test_a_missing_file_in_an_empty_or_missing_folder_says_so(tmp_path):
    assert refusal(tmp_path / "a.py")[1] == "Its folder holds no .py or .ipynb file."
    assert refusal(tmp_path / "lost" / "a.py")[1].startswith("There is no folder")


def test_a_path_through_a_file_is_refused(tmp_path):
    (tmp_path / "a.py").write_text("x")
    assert refusal(tmp_path / "a.py" / "b.py")[0].endswith("is not there.")


def test_a_path_that_no_system_takes_is_refused(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "a\0.py")[0]
    assert "cannot be read" in refusal(tmp_path / ("a" * 5000 + ".py"))[0]


def test_a_folder_is_refused(tmp_path):
    (tmp_path / "a.py").mkdir()
    assert refusal(tmp_path / "a.py")[0].endswith("a.py is a folder.")


@posix_only
def test_links_pipes_sockets_and_devices_are_refused_without_waiting(tmp_path, monkeypatch):
    (tmp_path / "real.py").write_text("x = 1")
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    os.mkfifo(tmp_path / "pipe.py")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
        assert refusal("link.py")[0] == "link.py is a link."
        assert refusal("pipe.py")[0] == "pipe.py is not a regular file."
        assert refusal("socket.py")[0] == "socket.py is not a regular file."
        assert refusal("/dev/zero")[0] == "/dev/zero is not a regular file."


@posix_only
def test_a_file_exchanged_for_a_pipe_or_a_link_while_it_is_opened_is_refused(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "link.py").symlink_to(tmp_path / "pipe.py")
    looks = iter([None])
    check = intake._refuse_unless_regular
    monkeypatch.setattr(intake, "_refuse_unless_regular", lambda *given: next(looks, given) and check(*given))
    assert refusal(tmp_path / "pipe.py")[0].endswith("is not a regular file.")
    looks = iter([None])
    assert "cannot be read" in refusal(tmp_path / "link.py")[0]


@posix_only
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path):
    (tmp_path / "a.py").touch(mode=0)
    assert "Permission denied" in refusal(tmp_path / "a.py")[0]


# Contents


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"x = 1", "a.txt is neither a .py nor an .ipynb file."),
        ("", b"x = 1", "submission is neither"),
        ("a.py", b"", "a.py is empty."),
        ("a.py", b"\xef\xbb\xbf \n\t\n", "a.py is empty."),
        ("a.py", b"x" * (1 << 20) + b"x", "a.py is larger than 1 MiB."),
        ("a.ipynb", b"x" * (1 << 20) + b"x", "a.ipynb is larger than 1 MiB."),
        ("a.py", b"x\n\ny\xff", "a.py is not UTF-8 text: line 3 holds the byte 0xff."),
        ("a.py", "x = 1".encode("utf-16"), "a.py is not UTF-8 text: line 1 holds the byte 0xff."),
        ("a.py", "x = 1".encode("utf-16-le"), "a.py holds a NUL character."),
        ("a.py", b"# -*- coding: latin-1 -*-", "a.py declares the encoding latin-1."),
        ("a.py", b"\n# vim: set fileencoding=rot13 :", "a.py declares the encoding rot13."),
        ("a.py", b"#!python\r# coding=cp1252", "a.py declares the encoding cp1252."),
        ("a\x1b[31m\u202e.py", b"", "a\\x1b[31m\\x202e.py is empty."),
    ],
)
def test_bytes_that_are_no_usable_text_are_refused_with_the_reason(name, data, message):
    assert refusal(name, data)[0].startswith(message)


@pytest.mark.parametrize(
    "data",
    [
        b"# -*- coding: utf-8 -*-\n",
        b"#!python\n# coding=UTF8\n",
        b"# coding: utf_8\n# coding: latin-1",
        b"x = 1  # coding: latin-1",
        b"x = 1\n# coding: latin-1",
        b"\n\n# coding: latin-1",
        b"x" * (1 << 20),
    ],
)
def test_a_cookie_that_python_would_not_follow_or_that_says_utf_8_is_no_harm(data):
    assert submission_from("a.py", data).source == data


def test_a_long_name_is_cut_and_keeps_its_suffix():
    assert submission_from("x" * 500 + ".py", b"x").name == "x" * 97 + ".py"


def test_large_files_are_not_read_whole(tmp_path):
    with open(tmp_path / "a.py", "wb") as file:
        file.truncate(1 << 40)
    assert refusal(tmp_path / "a.py")[0] == "a.py is larger than 1 MiB."


# Notebooks


def test_code_cells_follow_each_other_below_their_numbers():
    markdown = {"cell_type": "markdown", "source": "# text"}
    submission = submission_from("lab.ipynb", notebook(["a = 1\n", "b = 2"], markdown, "c = 3\r\nd = 4", " "))
    assert submission.source.decode() == "# cell 1\na = 1\nb = 2\n# cell 3\nc = 3\nd = 4\n"
    assert [submission.place(line) for line in (2, 3, 5, 6)] == [
        "cell 1, line 1",
        "cell 1, line 2",
        "cell 3, line 1",
        "cell 3, line 2",
    ]
    assert submission.place(0) == "line 0"


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("%matplotlib inline", "pass  # %matplotlib inline"),
        ("!pip install numpy", "pass  # !pip install numpy"),
        ("    !ls", "    pass  # !ls"),
        ("files = !ls", "pass  # files = !ls"),
        ("t = %timeit -o f()", "pass  # t = %timeit -o f()"),
        ("?np.dot", "pass  # ?np.dot"),
        ("np.dot??", "pass  # np.dot??"),
        ("x != y", "x != y"),
        ("    % (a, b))", "    % (a, b))"),
        ("x = a % b", "x = a % b"),
        ("s = '%s' % x  # why?", "s = '%s' % x  # why?"),
    ],
)
def test_magic_lines_are_commented_out_and_others_kept(line, becomes):
    assert source_of(f"a = 1\n{line}\nb = 2") == f"# cell 1\na = 1\n{becomes}\nb = 2\n"


def test_a_cell_with_cell_magic_is_dropped():
    assert source_of("%%bash\nrm x", "a = 1") == "# cell 2\na = 1\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "lab.ipynb is not a notebook: its JSON is broken."),
        (b"[" * 500_000, "lab.ipynb is not a notebook: its JSON is broken."),
        (b'{"cells": ' + b"1" * 5000 + b"}", "lab.ipynb is not a notebook: its JSON is broken."),
        (b"[]", "lab.ipynb is not a notebook of version 4."),
        (b'{"worksheets": []}', "lab.ipynb is not a notebook of version 4."),
        (notebook(*[""] * 10_001), "lab.ipynb is not a notebook of version 4."),
        (notebook(), "lab.ipynb holds no code that can be run."),
        (notebook(1, None, {"cell_type": "raw"}, "%%html\n<b>"), "lab.ipynb holds no code that can be run."),
        (notebook("x = '\0'"), "lab.ipynb holds no code that can be run."),
        (notebook("a = 1", ["b", 2]), "lab.ipynb: cell 2 holds no text."),
        (notebook({"cell_type": "code"}), "lab.ipynb: cell 1 holds no text."),
        (b'{"cells": [{"cell_type": "code", "source": "\\ud800"}]}', "lab.ipynb holds half a character."),
    ],
    ids=lambda given: repr(given)[:40],
)
def test_what_is_no_notebook_is_refused(data, message):
    assert refusal("lab.ipynb", data)[0] == message


def test_a_notebook_that_grows_beyond_the_cap_is_refused():
    assert "holds no code" in refusal("lab.ipynb", notebook("?a\n" * 130_000))[0]


@given(st.binary(max_size=300), st.sampled_from(["a.py", "a.ipynb"]))
def test_any_bytes_are_a_submission_or_refused(data, name):
    with suppress(SubmissionError):
        submission_from(name, data).source.decode("utf-8")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_every_line_of_a_notebook_can_be_placed(cells):
    try:
        submission = submission_from("lab.ipynb", notebook(*cells))
    except SubmissionError:
        return
    lines = submission.source.decode().count("\n")
    assert all(submission.place(line).startswith("cell ") for line in range(1, lines + 1))


def test_reading_a_file_neither_compiles_it_nor_imports_numpy(tmp_path):
    (tmp_path / "a.py").write_text("print('ran')")
    code = (
        "import sys; from gatecheck.grading.intake import read_submission as r;"
        "sys.addaudithook(lambda event, args: event in ('compile', 'exec') and print(event));"
        f"r({str(tmp_path / 'a.py')!r}); print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False"], done.stderr
