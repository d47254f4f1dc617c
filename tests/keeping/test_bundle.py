import contextlib
import errno
import io
import json
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatecheck.errors import BadInput, SubmissionError
from gatecheck.keeping import bundle as bundles
from gatecheck.keeping.bundle import Bundle, make_folder, pack, read, safe_name, write

TIME = "2026-07-02T12:34:56Z"


@pytest.fixture
def bundle(source, report):
    return Bundle("lstm.py", source, replace(report, receipt="GC-7F3K-Q2MA"), TIME)


@pytest.fixture
def zipped(tmp_path, bundle):
    """A function that makes a zip file of the bundle's members, some of them changed."""

    def make(changes=None, method=zipfile.ZIP_STORED, extra=()):
        with zipfile.ZipFile(io.BytesIO(pack(bundle))) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members = {name: data for name, data in {**members, **(changes or {})}.items() if data is not None}
        path = tmp_path / "bundle.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, data in [*members.items(), *extra]:
                archive.writestr(zipfile.ZipInfo(name), data, method)
        return path

    return make


def refusal(path):
    with pytest.raises(SubmissionError) as error:
        read(path)
    return str(error.value)


# ---------------------------------------------------------------------------------------------------------- writing


def test_a_bundle_comes_back_as_it_was(tmp_path, bundle):
    path = write(tmp_path, bundle)
    assert path == tmp_path / "lstm-GC-7F3K-Q2MA.zip"
    assert read(path) == bundle


def test_the_members_are_the_source_the_report_and_a_manifest(tmp_path, bundle, source):
    with zipfile.ZipFile(write(tmp_path, bundle)) as archive:
        assert archive.namelist() == ["lstm.py", "manifest.json", "report.json"]
        assert archive.read("lstm.py") == source
        assert json.loads(archive.read("report.json"))["receipt"] == "GC-7F3K-Q2MA"
        assert json.loads(archive.read("manifest.json")) == {
            "schema": "gatecheck/bundle/1",
            "assignment": "lstm-by-hand",
            "file": "lstm.py",
            "name": "lstm.py",
            "sha256": bundle.report.sha256,
            "tool": "0.1.0",
            "receipt": "GC-7F3K-Q2MA",
            "time": TIME,
        }
        assert all(info.external_attr >> 16 == 0o644 for info in archive.infolist())


def test_the_same_submission_gives_the_same_bytes_whatever_the_clock_and_the_system(bundle, monkeypatch):
    expected = pack(bundle)
    monkeypatch.setattr("time.time", lambda: 2e9)
    monkeypatch.setattr("sys.platform", "win32")
    assert pack(bundle) == expected


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("lstm.py", "lstm.py"),
        ("my file (2).py", "my_file_2_.py"),
        ("../../etc/passwd", "passwd"),
        ("..", "submission.py"),
        ("", "submission.py"),
        ("-rf.py", "rf.py"),
        ("Report.json", "_Report.json"),
        ("manifest.json", "_manifest.json"),
        ("逆伝播.ipynb", "_.ipynb"),
        ("x" * 300 + ".py", "x" * 77 + ".py"),
        ("a\\b:c.py", "a_b_c.py"),
    ],
)
def test_a_member_has_a_name_that_every_system_can_write(tmp_path, bundle, file, name):
    assert safe_name(file) == name
    assert read(write(tmp_path, replace(bundle, file=file))).file == file


def test_a_bundle_replaces_what_a_killed_attempt_left(tmp_path, bundle):
    (tmp_path / ".lstm-GC-7F3K-Q2MA.zip.part").write_bytes(b"half a")
    path = write(tmp_path, bundle)
    assert list(tmp_path.iterdir()) == [path]


def test_a_source_too_large_to_hand_in_is_refused(tmp_path, bundle):
    with pytest.raises(SubmissionError, match=r"lstm\.py is larger than 1 MiB"):
        write(tmp_path, replace(bundle, source=b"#" * (2**20 + 1)))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_with_what_to_do_and_leaves_nothing(tmp_path, bundle, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bundles.os, "fsync", full)
    with pytest.raises(BadInput, match=r"cannot be written: No space left on device\n  Make room, or choose"):
        write(tmp_path, bundle)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_or_cannot_be_made_is_told(tmp_path, bundle):
    with pytest.raises(BadInput, match="cannot be written"):
        write(tmp_path / "gone", bundle)
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be written"):
        make_folder(tmp_path / "file" / "folder")


# ---------------------------------------------------------------------------------------------------------- reading


def test_a_bundle_that_was_packed_again_with_compression_is_read(zipped, bundle):
    assert read(zipped(method=zipfile.ZIP_DEFLATED)) == bundle


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"manifest.json": None}, "it has no manifest.json"),
        ({"report.json": None}, "it has no report.json"),
        ({"manifest.json": b"[]"}, "the manifest is not an object"),
        ({"manifest.json": b"{}"}, "'schema' of the manifest is missing: a string"),
        ({"manifest.json": b"\xff"}, "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        ({"report.json": b"["}, "Expecting value: line 1 column 2 (char 1)"),
        ({"report.json": b"[" * 100_000}, None),
        ({"lstm.py": None}, "its members are manifest.json, report.json"),
        ({"other.py": b""}, "its members are lstm.py, manifest.json, other.py, report.json"),
        ({"lstm.py": b"better = True"}, "lstm.py is not the file that was graded: its hash differs"),
        ({"LSTM.py": b""}, "two members have the same name"),
        ({"a": b"", "b": b""}, "it has 5 members"),
        ({"lstm.py": b"#" * (2**20 + 1)}, "lstm.py is larger than 1 MiB"),
    ],
)
def test_what_is_no_bundle_is_refused_with_the_reason(zipped, changes, reason):
    path = zipped(changes)
    expected = f"{path} is not a bundle: {reason}" if reason else f"{path} is not a bundle: "
    assert refusal(path).startswith(expected)


def changed(bundle, **changes):
    with zipfile.ZipFile(io.BytesIO(pack(bundle))) as archive:
        return json.dumps({**json.loads(archive.read("manifest.json")), **changes}).encode()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": "gatecheck/bundle/2"}, "'schema' of the manifest is not one of gatecheck/bundle/1"),
        ({"receipt": "GC-0000-0000"}, "its manifest and its report have different receipts"),
        ({"sha256": "0" * 64}, "lstm.py is not the file that was graded: its hash differs"),
        ({"file": "../lstm.py"}, "its members are lstm.py, manifest.json, report.json"),
        ({"name": "other.py"}, "its members are lstm.py, manifest.json, report.json"),
        ({"time": 3}, "'time' of the manifest is not a string"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(zipped, bundle, changes, reason):
    assert refusal(zipped({"manifest.json": changed(bundle, **changes)})).endswith(f" is not a bundle: {reason}")


def test_two_members_of_one_name_are_refused(zipped):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(extra=[("lstm.py", b"other")])
    assert refusal(path).endswith("two members have the same name")


def test_a_small_file_that_unpacks_to_a_large_one_is_read_no_further_than_the_limit(zipped):
    path = zipped({"lstm.py": bytes(50 * 2**20)}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 2**20
    tracemalloc.start()
    assert refusal(path).endswith("lstm.py is larger than 1 MiB")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20


def test_a_member_that_lies_about_its_size_is_refused(zipped):
    path = zipped({"lstm.py": bytes(3 * 2**20)}, zipfile.ZIP_DEFLATED)
    data = path.read_bytes()
    path.write_bytes(data.replace((3 * 2**20).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    refusal(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_unpacked_a_little_at_a_time_are_refused(zipped, method):
    pytest.importorskip("bz2"), pytest.importorskip("lzma")
    assert refusal(zipped(method=method)).endswith("is compressed in an unusual way")


def test_an_encrypted_member_is_refused(zipped):
    path = zipped()
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert refusal(path).endswith("lstm.py is encrypted")


def test_a_file_that_is_huge_missing_or_no_zip_is_refused(tmp_path):
    path = tmp_path / "bundle.zip"
    assert refusal(path) == f"{path} cannot be read: No such file or directory"
    path.write_bytes(b"not a zip")
    assert refusal(path) == f"{path} is damaged, or no zip file.\n  Hand it in again."
    with path.open("wb") as file:
        file.truncate(2**23)
    assert refusal(path) == f"{path} is too large to be a bundle"


def test_a_damaged_member_is_told_from_one_that_is_not_there(zipped, source):
    path = zipped()
    path.write_bytes(path.read_bytes().replace(source, source.upper(), 1))
    assert refusal(path) == f"{path} is not a bundle: lstm.py is damaged"


def test_a_hostile_name_cannot_harm_the_terminal(zipped):
    text = refusal(zipped({"\x1b[2J": b""}))
    assert text.isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.data())
def test_a_damaged_bundle_gives_the_bundle_or_a_submission_error(tmp_path, bundle, data):
    method = data.draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(pack(bundle))) as old, zipfile.ZipFile(out, "w", method) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename), old.read(info), method)
    damaged = bytearray(out.getvalue())
    # The directories are where damage is interesting: most of the bytes lie in the members.
    interesting = st.sampled_from([at for at in range(len(damaged)) if at > damaged.index(b"PK\x01\x02") or at < 60])
    for at in data.draw(st.lists(interesting | st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[at] = data.draw(st.integers(0, 255))
    path = Path(tmp_path / "bundle.zip")
    path.write_bytes(damaged[: data.draw(st.sampled_from([None, 10, 100]))])
    with contextlib.suppress(SubmissionError):
        assert read(path) == bundle
