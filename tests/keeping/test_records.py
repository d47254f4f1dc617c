import errno
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gatecheck.errors import BadInput, Fault, SubmissionError
from gatecheck.keeping import bundle as bundles
from gatecheck.keeping import database, records
from gatecheck.keeping.bundle import read
from gatecheck.keeping.database import Database
from gatecheck.keeping.records import MIGRATIONS, Records, new_receipt


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "records.sqlite"


@pytest.fixture
def kept(path):
    with Records(path) as records:
        yield records


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "handed in"


# --------------------------------------------------------------------------------------------------------- recording


def test_a_submission_is_kept_whole_under_a_receipt_that_its_report_carries(kept, source, report):
    bundle = kept.record(source, "/home/ada/lstm.py", report)
    assert re.fullmatch(r"GC-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", bundle.receipt)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bundle.time)
    assert (bundle.file, bundle.source) == ("lstm.py", source)
    assert bundle.report == replace(report, receipt=bundle.receipt)
    assert kept.get(bundle.receipt) == bundle


def test_submissions_are_listed_oldest_first(kept, source, report):
    receipts = [kept.record(source, name, report).receipt for name in ("b.py", "a.py", "b.py")]
    entries = kept.list()
    assert [(entry.receipt, entry.file) for entry in entries] == [*zip(receipts, ["b.py", "a.py", "b.py"], strict=True)]
    assert {(e.assignment, e.outcome, e.score, e.max_score) for e in entries} == {("lstm-by-hand", "graded", 2.5, 3)}


def test_the_same_submission_twice_has_two_receipts(source, report):
    assert len({new_receipt(source, report, "2026-07-02T12:34:56Z") for _ in range(1000)}) == 1000


def test_a_receipt_that_is_taken_is_drawn_again(kept, source, report, monkeypatch):
    draws = iter(["GC-0000-0000", "GC-0000-0000", "GC-1111-1111"])
    monkeypatch.setattr(records, "new_receipt", lambda *_: next(draws))
    assert [kept.record(source, "a.py", report).receipt for _ in range(2)] == ["GC-0000-0000", "GC-1111-1111"]


def test_a_receipt_may_be_typed_carelessly(kept, source, report, monkeypatch):
    monkeypatch.setattr(records, "new_receipt", lambda *_: "GC-7F10-Q2MA")
    bundle = kept.record(source, "a.py", report)
    assert kept.get(" gc-7flo-q2ma ") == bundle


def test_a_receipt_that_nobody_has_is_refused_with_the_nearest(kept, source, report, monkeypatch):
    monkeypatch.setattr(records, "new_receipt", lambda *_: "GC-7F3K-Q2MA")
    kept.record(source, "a.py", report)
    with pytest.raises(BadInput, match=r"receipt GC-7F3K-Q2MX\n  Did you mean GC-7F3K-Q2MA\?"):
        kept.get("GC-7F3K-Q2MX")


def test_what_could_not_be_handed_in_is_not_recorded(kept, report):
    source = b"#" * (2**20 + 1)
    sha256 = bundles.hashlib.sha256(source).hexdigest()
    with pytest.raises(SubmissionError, match="larger than 1 MiB"):
        kept.record(source, "a.py", replace(report, sha256=sha256))
    assert kept.list() == ()


def test_a_report_on_another_file_is_a_fault_of_ours(kept, report):
    with pytest.raises(Fault, match="another file"):
        kept.record(b"other", "a.py", report)


def test_a_name_that_is_no_text_is_kept_readable(kept, source, report, folder):
    bundle = kept.record(source, os.fsdecode(b"\xff\x1b.py"), report, folder)
    assert bundle.file.isprintable()
    assert read(kept.write_bundle(bundle.receipt)) == kept.get(bundle.receipt) == bundle


# ----------------------------------------------------------------------------------------------------------- bundles


def test_a_bundle_waits_for_its_folder_until_it_is_written(kept, source, report, folder):
    bundle = kept.record(source, "lstm.py", report, folder)
    assert kept.missing_bundles() == (bundle.receipt,)
    path = kept.write_bundle(bundle.receipt)
    assert (path.parent, read(path)) == (folder, bundle)
    assert kept.missing_bundles() == kept.finish() == ()


def test_without_a_folder_no_bundle_is_missing_and_one_may_be_named_later(kept, source, report, folder):
    bundle = kept.record(source, "lstm.py", report)
    assert kept.missing_bundles() == ()
    with pytest.raises(BadInput, match=f"{bundle.receipt} has its bundle already; name a folder"):
        kept.write_bundle(bundle.receipt)
    folder.mkdir()
    assert read(kept.write_bundle(bundle.receipt, folder)) == bundle


def test_what_an_earlier_run_could_not_write_is_written_by_the_next(path, source, report, folder):
    with Records(path) as earlier:
        receipts = [earlier.record(source, "lstm.py", report, folder).receipt for _ in range(2)]
    with Records(path) as later:
        assert [read(bundle).receipt for bundle in later.finish()] == receipts
        assert later.missing_bundles() == ()


def test_a_relative_folder_means_the_same_after_a_change_of_directory(kept, source, report, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept.record(source, "lstm.py", report, Path("here"))
    monkeypatch.chdir("/")
    (written,) = kept.finish()
    assert written.parent == tmp_path / "here"


def test_a_folder_that_is_gone_is_not_made_again_and_its_bundle_stays_missing(kept, source, report, folder):
    bundle = kept.record(source, "lstm.py", report, folder)
    folder.rmdir()
    with pytest.raises(BadInput, match="cannot be written"):
        kept.write_bundle(bundle.receipt)
    assert kept.finish() == ()
    assert kept.missing_bundles() == (bundle.receipt,) and not folder.exists()


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_recorded(kept, source, report, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be written"):
        kept.record(source, "lstm.py", report, tmp_path / "file" / "folder")
    assert kept.list() == ()


def test_a_full_disk_keeps_the_record_and_leaves_the_bundle_for_later(kept, source, report, folder, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    bundle = kept.record(source, "lstm.py", report, folder)
    with monkeypatch.context() as patch:
        patch.setattr(bundles.os, "fsync", full)
        with pytest.raises(BadInput, match="No space left on device"):
            kept.write_bundle(bundle.receipt)
    assert list(folder.iterdir()) == []
    assert [read(path) for path in kept.finish()] == [bundle]


# ---------------------------------------------------------------------------------------------------------- the file


def test_nothing_is_opened_or_made_before_it_is_needed(path):
    with Records(path) as kept:
        assert (kept.list(), kept.finish()) == ((), ())
    assert not path.parent.exists()


def test_the_record_can_be_used_again_after_it_was_closed(kept, source, report):
    kept.record(source, "lstm.py", report)
    kept.close()
    assert len(kept.list()) == 1


def test_two_writers_wait_for_each_other(path, source, report):
    def submit():
        with Records(path) as kept:
            for _ in range(5):
                kept.record(source, "lstm.py", report)

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Records(path) as kept:
        assert len(kept.list()) == 20


def test_a_record_that_another_program_holds_is_told_with_what_to_do(kept, path, source, report, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.01)
    kept.record(source, "lstm.py", report)
    kept.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(BadInput, match="database is locked\n  Another gatecheck is writing to it"):
        kept.record(source, "lstm.py", report)
    other.close()
    kept.record(source, "lstm.py", report)


def test_a_full_disk_under_the_record_is_told_and_keeps_what_was_there(path, source, report, monkeypatch):
    with Records(path) as kept:
        kept.record(source, "lstm.py", report)
    connect = sqlite3.connect

    def small(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    monkeypatch.setattr(database.sqlite3, "connect", small)
    large = source + b"#" * 10**5
    sha256 = bundles.hashlib.sha256(large).hexdigest()
    with Records(path) as kept:
        with pytest.raises(BadInput, match="database or disk is full\n  The disk is full or failing: make room"):
            kept.record(large, "lstm.py", replace(report, sha256=sha256))
        assert len(kept.list()) == 1


def test_a_file_that_is_no_record_is_left_alone(path):
    path.parent.mkdir()
    path.write_bytes(b"something else entirely" * 100)
    with Records(path) as kept, pytest.raises(BadInput, match="not a database\n  It is no record of gatecheck's"):
        kept.list()
    assert path.read_bytes().startswith(b"something else")


def test_a_record_made_by_a_later_version_is_left_alone(path):
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 1000")
    other.close()
    with Records(path) as kept, pytest.raises(BadInput, match="made by a later gatecheck"):
        kept.list()


def test_a_folder_that_cannot_hold_a_record_is_told(tmp_path):
    (tmp_path / "file").touch()
    with Records(tmp_path / "file" / "records.sqlite") as kept, pytest.raises(BadInput, match="readable and writable"):
        kept.get("GC-0000-0000")
    with Records(tmp_path) as kept, pytest.raises(BadInput, match="unable to open database file"):
        kept.list()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="everything is writable here")
def test_a_record_that_is_read_only_can_be_read(path, source, report):
    with Records(path) as kept:
        kept.record(source, "lstm.py", report)
    path.chmod(0o400)
    with Records(path) as kept:
        assert len(kept.list()) == 1
        with pytest.raises(BadInput, match="readonly"):
            kept.record(source, "lstm.py", report)


def test_a_damaged_report_is_told_and_the_others_are_not_affected(kept, path, source, report):
    first, second = (kept.record(source, "lstm.py", report) for _ in range(2))
    other = sqlite3.connect(path)
    other.execute("UPDATE submission SET report = '{}' WHERE receipt = ?", (first.receipt,))
    other.commit()
    other.close()
    with pytest.raises(BadInput, match=f"'schema' of the report is missing: a string \\(of {first.receipt}\\)"):
        kept.get(first.receipt)
    assert kept.get(second.receipt) == second


def test_an_error_of_ours_in_the_database_is_a_fault(path):
    with pytest.raises(Fault, match="syntax error"), Database(path, ("CREAT TABLE a (b)",)).transaction():
        pass


def test_a_file_of_an_earlier_version_is_brought_up_to_date(path):
    first = "CREATE TABLE a (b)"
    old = Database(path, (first,))
    with old.transaction(write=True) as connection:
        connection.execute("INSERT INTO a VALUES (1)")
    old.close()
    new = Database(path, (first, "ALTER TABLE a ADD COLUMN c DEFAULT 2"))
    with new.transaction() as connection:
        assert list(connection.execute("SELECT b, c FROM a")) == [(1, 2)]
        assert list(connection.execute("PRAGMA user_version")) == [(2,)]
    new.close()


def test_a_record_from_before_there_were_hints_keeps_its_submissions_and_takes_hints(path, source, report):
    old = Database(path, MIGRATIONS[:1])
    with old.transaction(write=True) as connection:
        values = ("GC-0000-0000", "t", "a", "lstm.py", "0", source, report.to_json(), "graded", 1, 2)
        connection.execute("INSERT INTO submission VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", values)
    old.close()
    with Records(path) as kept:
        kept.take_hint("a", "step", "", "hint 1")
        assert kept.get("GC-0000-0000").source == source
        assert kept.hints("a") == {("step", "", "hint 1")}


# ------------------------------------------------------------------------------------------------------------- hints


def test_a_hint_counts_once_for_its_assignment_task_mistake_and_step(kept):
    rows = [("step", "missing dc", "what"), ("step", "missing dc", "where"), ("step", "", "hint 1")]
    rows.append(("back", "", "hint 1"))
    for row in (*rows, *rows):
        kept.take_hint("lstm-by-hand", *row)
    kept.take_hint("another", "step", "", "hint 2")
    assert kept.hints("lstm-by-hand") == set(rows)
    assert kept.list() == ()


def test_to_look_for_hints_makes_no_file(kept, path):
    assert kept.hints("lstm-by-hand") == frozenset()
    assert not path.exists()


def test_a_transaction_that_fails_leaves_nothing(path):
    file = Database(path, ("CREATE TABLE a (b)",))
    with pytest.raises(KeyError), file.transaction(write=True) as connection:
        connection.execute("INSERT INTO a VALUES (1)")
        raise KeyError
    with file.transaction() as connection:
        assert list(connection.execute("SELECT * FROM a")) == []
    file.close()


# -------------------------------------------------------------------------------------------- killed at any moment

SUBMIT = """
import os, signal, sys
from pathlib import Path
from gatecheck.grading.report import Report
from gatecheck.keeping.records import Records

path, folder, given = map(Path, sys.argv[1:])
source, report = (given / "source").read_bytes(), Report.from_json((given / "report").read_text("utf-8"))

def submit():
    records = Records(path)
    records.finish()
    records.write_bundle(records.record(source, "lstm.py", report, folder).receipt)
    records.close()
"""

FOREVER = (
    SUBMIT
    + """
print("ready", flush=True)
while True:
    submit()
"""
)

# The process kills itself before the n-th line of ours that it runs, for n = 1, 2, ... until it gets through.
AT_EVERY_LINE = (
    SUBMIT
    + """
def tracer(n):
    def trace(frame, event, argument):
        nonlocal n
        if f"{os.sep}keeping{os.sep}" not in frame.f_code.co_filename:
            return None
        n -= event == "line"
        if n == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace
    return trace

n, status = 0, 1
while status:
    n += 1
    if (child := os.fork()) == 0:
        sys.settrace(tracer(n))
        submit()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
print(n)
"""
)


@pytest.fixture
def started(tmp_path, path, folder, source, report):
    """A function that starts a program which submits."""
    (tmp_path / "source").write_bytes(source)
    (tmp_path / "report").write_text(report.to_json(), "utf-8")

    def start(program):
        command = [sys.executable, "-c", program, str(path), str(folder), str(tmp_path)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    return start


def check_nothing_is_half_done(path, folder):
    """After the next run there is a bundle for every record, a record for every bundle, and nothing else."""
    with Records(path) as kept:
        kept.finish()
        # The next write takes away a journal that SQLite left before it had begun to change the file.
        with kept._database.transaction(write=True) as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        entries = kept.list()
        assert kept.missing_bundles() == ()
        found = {bundle.receipt: bundle for bundle in map(read, folder.iterdir())} if folder.exists() else {}
        assert set(found) == {entry.receipt for entry in entries}
        assert all(kept.get(receipt) == bundle for receipt, bundle in found.items())
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    return len(entries)


def kill_at_random(times, started, path, folder):
    chance = random.Random(7)
    for _ in range(times):
        with started(FOREVER) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.random() * 0.03)
            process.send_signal(signal.SIGKILL)
        check_nothing_is_half_done(path, folder)
    assert check_nothing_is_half_done(path, folder) > 0


posix = pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")


@posix
def test_killed_at_12_random_moments_every_record_is_whole_and_gets_its_bundle(started, path, folder):
    kill_at_random(12, started, path, folder)


@posix
@pytest.mark.slow
def test_killed_at_300_random_moments_every_record_is_whole_and_gets_its_bundle(started, path, folder):
    kill_at_random(300, started, path, folder)


@posix
def test_killed_before_each_line_the_record_is_whole_or_absent_and_gets_its_bundle(started, path, folder):
    with started(AT_EVERY_LINE) as process:
        lines = int(process.stdout.read())
    assert process.returncode == 0 and lines > 100
    assert check_nothing_is_half_done(path, folder) > 1
