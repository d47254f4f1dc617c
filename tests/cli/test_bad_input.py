"""Whatever is wrong with what was given: one clear message, exit code 2, no traceback, nothing written."""

import json
import os
import shutil
import sys

import pytest


def refused(done, *words):
    """That a command was refused, with these words in its message."""
    assert done.code == 2, done
    assert done.out == ""
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err, done.err
    return done.err


# ------------------------------------------------------------------------------------------------ commands, cells

COMMANDS = (["show"], ["derive"], ["paths"], ["code"], ["trace"], ["generate", "-o", "kit"])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_an_unknown_cell_is_told_with_a_near_name(gatecheck, tmp_path, command):
    refused(gatecheck(command[0], "lsmt", *command[1:]), "no cell is called lsmt", "Did you mean lstm?")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_a_cell_file_that_is_none_is_told_with_its_line(gatecheck, tmp_path, command):
    (tmp_path / "bad.cell").write_text("x: D\nh[t] = tanh(W @ x[t] +\n")
    refused(gatecheck(command[0], "bad.cell", *command[1:]), "bad.cell:2:")
    assert [p.name for p in tmp_path.iterdir()] == ["bad.cell"]


def test_a_missing_cell_file_a_folder_and_bytes_are_no_cells(gatecheck, tmp_path):
    (tmp_path / "binary.cell").write_bytes(bytes(range(256)))
    refused(gatecheck("show", "nowhere/x.cell"), "there is no file nowhere/x.cell")
    refused(gatecheck("show", tmp_path), "is not a file")
    refused(gatecheck("show", "binary.cell"), "binary.cell")
    refused(gatecheck("show", ""))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["derive", "lstm", "--wrt", "W_ff"], ["W_ff", "Did you mean W_f?"]),
        (["derive", "lstm", "--wrt", "c", "--wrt", "zzz"], ["zzz", "Known: U_f,"]),
        (["derive", "lstm", "--loss", "h,q"], ["the loss cannot read q", "Known: c, cross-entropy, f,"]),
        (["derive", "lstm", "--loss", "crossentropi"], ["Did you mean cross-entropy?"]),
        (["derive", "lstm", "--loss", "ce"], ["the loss cannot read ce", "cross-entropy or squared-error"]),
        (["derive", "lstm", "--wrt", "h_prev"], ["h_prev is no", "Write --wrt h:", "reaches h[t-1]"]),
        (["derive", "lstm", "--wrt", "h[t-1]"], ["Write --wrt h:"]),
        (["derive", "lstm", "--wrt", "dh"], ["Write --wrt h."]),
        (["derive", "lstm", "--wrt", "q[t-1]"], ["Known: U_f,"]),
        (["derive", "lstm", "--wrt", ""], ["'' is no quantity"]),
        (["derive", "lstm", "-o", ""], ["it names no file"]),
        (["graph", "lstm", "-o", ""], ["it names no file"]),
        (["prove", "lstm", "--certificate", ""], ["it names no file"]),
        (["code", "lstm", "--loss", "h"], ["no loss is called h", "Known: cross-entropy"]),
        (["show", "lstm", "--input", ""], ["no input is called ''", "Known: embedding"]),
        (["derive", "lstm", "--loss", ","], ["--loss", "names nothing"]),
        (["derive", "lstm", "--loss", ""], ["--loss", "names nothing"]),
        (["paths", "lstm", "--from", "hh"], ["hh", "Did you mean h?"]),
        (["paths", "lstm", "--to", "q"], ["q is not computed by lstm"]),
        (["paths", "gate"], ["gate has no state"]),
        (["code", "lstm", "--convention", "cs231"], ["no convention is called cs231", "Did you mean cs231n?"]),
        (["code", "lstm", "--convention", "../lstm"], ["no convention is called ../lstm"]),
        (["code", "lstm_peephole", "--convention", "cs231n"], ["cs231n has no place for"]),
        (["generate", "lstm_peephole", "-o", "kit", "--convention", "cs231n"], ["cs231n has no place for"]),
        (["generate", "lstm", "-o", "kit", "--convention", "pytroch"], ["called pytroch", "Did you mean pytorch?"]),
        (["generate", "lstm", "-o", "kit", "--tasks", "step,bakward"], ["bakward", "Did you mean backward?"]),
        (["generate", "lstm", "-o", "kit", "--tasks", " , "], ["--tasks", "names nothing"]),
        (["generate", "lstm", "-o", "kit", "--feedback", "lots"], ["--feedback", "'formula'"]),
        (["generate", "lstm"], ["Missing option '-o'"]),
        (["show", "lstm", "--format", "word"], ["--format", "latex"]),
        (["show"], ["Missing argument 'CELL'"]),
        (["show", "lstm", "gru"], ["unexpected extra argument"]),
        (["nonsense"], ["No such command 'nonsense'"]),
        (["--nonsense"], ["No such option '--nonsense'"]),
        ([], ["Usage: gatecheck", "Commands:"]),
        (["grade", "kit"], ["Missing argument 'SUBMISSION...'"]),
        (["check", "--seed", "xyz"], ["--seed", "hexadecimal"]),
        (["check", "--seed", ""], ["--seed", "hexadecimal"]),
        (["grade", "kit", "x.py", "--seed", "-1"], ["--seed", "hexadecimal"]),
    ],
    ids=lambda p: " ".join(p) if isinstance(p, list) else p,
)
def test_a_wrong_word_is_told(gatecheck, tmp_path, command, words):
    refused(gatecheck(*command), *words)
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------------ places


@pytest.mark.parametrize("output", [".", "..", "/", "", "a/..", "a/.."])
def test_a_folder_without_a_name_is_no_place_for_an_assignment(gatecheck, tmp_path, output):
    refused(gatecheck("generate", "rnn", "-o", output))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["kit", "kit-solution"])
@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_generate_overwrites_nothing(gatecheck, tmp_path, name, kind):
    place = tmp_path / name
    {"folder": place.mkdir, "file": place.touch, "link": lambda: place.symlink_to("nowhere")}[kind]()
    refused(gatecheck("generate", "rnn", "-o", "kit"), f"{name} exists already")
    assert [p.name for p in tmp_path.iterdir()] == [name]


def no_place():
    """A folder in which not even root can write, and a name that no system takes."""
    return ["missing/kit", "file/kit", "k" * 300] + (["/proc/kit"] if sys.platform == "linux" else [])


@pytest.mark.parametrize("place", no_place())
@pytest.mark.parametrize("command", [["generate", "rnn", "-o"], ["code", "rnn", "-o"], ["demo"]], ids=lambda c: c[0])
def test_what_cannot_be_written_is_told(gatecheck, tmp_path, command, place):
    (tmp_path / "file").touch()
    refused(gatecheck(*command, place), f"cannot write {place}", "Choose another place.")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(gatecheck, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    refused(gatecheck("generate", "rnn", "-o", "closed/kit"), "Permission denied")


def test_a_demo_that_exists_stays(gatecheck, tmp_path):
    (tmp_path / "gatecheck-demo").mkdir()
    refused(gatecheck("demo"), "gatecheck-demo exists already", "gatecheck demo DIR")


# ------------------------------------------------------------------------------------------------ assignments


def kept(kit):
    """What lies in the assignment's folder."""
    return sorted(p.name for p in kit.folder.iterdir())


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("assignment.toml", None, ["assignment.toml is not there"]),
        ("assignment.toml", "version = ", ["assignment.toml:1:", "not TOML"]),
        ("assignment.toml", ('"step"', '"stepp"'), ["assignment.toml:14:9", "no function stepp", "Did you mean step?"]),
        ("assignment.toml", ('"gatecheck"', '"kerass"'), ["no convention is called kerass", "Did you mean keras?"]),
        ("assignment.toml", ('cell = "rnn.cell"', 'cell = "gone.cell"'), ["there is no file", "gone.cell"]),
        ("assignment.toml", ("points = 2", 'points = "two"'), ["assignment.toml:15:", "points"]),
        ("rnn.cell", "h[t] =", ["rnn.cell:1:"]),
        ("rnn.cell", ("tanh", "sigmoid"), ["belongs to another version of rnn", "gatecheck generate"]),
        ("key.json", None, ["cannot read the key", "No such file", "Ask for the assignment folder again"]),
        ("key.json", "", ["key.json:1:1: this is not a key"]),
        ("key.json", "[1, 2]", ["this is not a key", "Ask for the assignment folder again"]),
        ("key.json", '{"schema": "another/1"}', ["this is not a key: it has no 'tool'"]),
        ("key.json", "[" * 100_000, ["this is not a key"]),
        ("key.json", b"\xff\xfe", ["cannot read the key", "not UTF-8"]),
        ("key.json", ('"matmul"', '"matmul_t"'), ["this is not a key: it was changed after it was made"]),
        ("key.json", ("gatecheck/key/1", "other/key/1"), ["this is not a key: its schema is other/key/1"]),
    ],
    ids=lambda p: p if isinstance(p, str) and len(p) < 20 else None,
)
def test_an_assignment_that_is_broken_is_told(gatecheck, kit, file, change, words):
    path = kit.folder / file
    if change is None:
        path.unlink()
    elif isinstance(change, tuple):
        text = path.read_text(encoding="utf-8")
        assert change[0] in text
        path.write_text(text.replace(*change), encoding="utf-8")
    else:
        path.write_bytes(change if isinstance(change, bytes) else change.encode())
    before = kept(kit)
    refused(gatecheck("submit", kit.solution, "--assignment", kit.folder), *words)
    refused(gatecheck("grade", kit.folder, kit.solution), *words)
    assert kept(kit) == before


def test_the_key_of_another_cell_is_refused(gatecheck, kit, generated):
    data = json.loads((kit.folder / "key.json").read_text(encoding="utf-8"))
    data["cell_sha256"] = "0" * 64
    (kit.folder / "key.json").write_text(json.dumps(data))
    refused(gatecheck("check", "--assignment", kit.folder), "belongs to another version of rnn")


@pytest.mark.parametrize("command", ["check", "submit"])
def test_without_an_assignment_it_is_said_where_to_go(gatecheck, tmp_path, command):
    refused(gatecheck(command), "there is no assignment.toml", "--assignment DIR")
    refused(gatecheck(command, "--assignment", "nowhere"), "nowhere/assignment.toml is not there")
    refused(gatecheck(command, "mine.py"), "there is no assignment.toml")
    assert list(tmp_path.iterdir()) == []


def test_grade_without_an_assignment_is_refused(gatecheck):
    refused(gatecheck("grade", "nowhere", "x.py"), "nowhere/assignment.toml is not there")


# ------------------------------------------------------------------------------------------------ submissions

BAD = {
    "huge.py": (b"#" * (2**20 + 1), "huge.py is larger than 1 MiB."),
    "binary.py": (b"\x93NUMPY\x01\x00", "binary.py is not UTF-8 text"),
    "nul.py": (b"x = 1\0", "nul.py holds a NUL character."),
    "empty.py": (b" \n", "empty.py is empty."),
    "notes.txt": (b"x = 1", "notes.txt is neither a .py nor an .ipynb file."),
    "broken.ipynb": (b"{", "broken.ipynb is not a notebook"),
}


@pytest.mark.parametrize("command", ["check", "submit"])
def test_a_file_that_cannot_be_a_submission_is_refused(gatecheck, kit, tmp_path, command):
    before = kept(kit)
    for name, (data, message) in BAD.items():
        (tmp_path / name).write_bytes(data)
        refused(gatecheck(command, name, "--assignment", kit.folder), message)
    refused(gatecheck(command, "solvd.py", "--assignment", kit.folder), "solvd.py is not there.", "solved.py?")
    refused(gatecheck(command, kit.folder, "--assignment", kit.folder), "kit is a folder.")
    assert kept(kit) == before


def test_check_says_so_where_the_assignment_s_file_is_gone(gatecheck, kit, monkeypatch):
    monkeypatch.chdir(kit.folder)
    (kit.folder / "rnn.py").unlink()
    refused(gatecheck("check", "--assignment", kit.folder), "rnn.py is not there.")


def test_submit_says_so_where_its_bundle_cannot_lie(gatecheck, kit, tmp_path):
    (tmp_path / "file").touch()
    done = gatecheck("submit", kit.solution, "--assignment", kit.folder, "--to", tmp_path / "file")
    refused(done, "file cannot be written", "--to DIR")
    assert not (kit.folder / ".gatecheck").exists()


def test_submit_says_so_where_its_record_is_damaged(gatecheck, kit):
    (kit.folder / ".gatecheck").mkdir()
    (kit.folder / ".gatecheck" / "submissions.sqlite").write_bytes(b"no database" * 100)
    done = gatecheck("submit", kit.solution, "--assignment", kit.folder)
    refused(done, "submissions.sqlite", "move it away and submit again")


def test_a_file_that_changes_while_it_is_graded_is_not_recorded(gatecheck, kit, monkeypatch):
    from gatecheck.grading import judge

    grade = judge.grade

    def meanwhile(*arguments):
        report = grade(*arguments)
        shutil.copy(kit.folder / "rnn.py", kit.solution)
        return report

    monkeypatch.setattr(judge, "grade", meanwhile)
    done = gatecheck("submit", kit.solution, "--assignment", kit.folder)
    refused(done, "solved.py was changed while it was graded", "Submit it again.")
    assert list(kit.folder.rglob("*.zip")) == []
