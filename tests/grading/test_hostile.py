"""The hostile corpus, graded as every submission is: each gets what it deserves, and nothing is left behind."""

import os
import re
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hostile.corpus import GOT, corpus

from gatecheck.assignment.kit import kit_for
from gatecheck.errors import SubmissionError
from gatecheck.grading import selftest
from gatecheck.grading.inside.hardening import NOBODY
from gatecheck.grading.intake import submission_from
from gatecheck.grading.judge import grade, rejected
from gatecheck.grading.report import Report
from gatecheck.grading.running import Worker
from gatecheck.grading.zygote import Zygote
from gatecheck.reporting.summary import summary
from gatecheck.reporting.terminal import render

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is Linux's")

MEMORY_MIB = 128
#: What the judge may grow by while it grades them all.
FLAT = 96 << 20
WRITABLE = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")


class Grader:
    """The real path, with bait, and what there was before."""

    def __init__(self, facts):
        self.facts = facts
        self.kit = kit_for("rnn")
        self.zygote = Zygote()
        self.grade("helpers_and_prints")  # all that is loaded late is loaded now
        self.pid, self.size = self.zygote._process.pid, resident()
        self.before, self.there = set(foreign()), self.around()

    def grade(self, name, without=()):
        hostile = corpus()[name]
        limits = {"deadline_seconds": hostile.seconds, "memory_mib": MEMORY_MIB}
        grading = replace(self.kit.assignment.grading, **limits)
        kit = replace(self.kit, assignment=replace(self.kit.assignment, grading=grading))
        try:
            submission = submission_from(f"{name}.py", hostile.source(self.facts))
        except SubmissionError as error:
            return rejected(name, kit, str(error))
        return grade(submission, kit, fresh=lambda: Worker(self.zygote.fork, without))

    def around(self):
        """Descriptors, the files of nobody, the bait: what has to be as it was."""
        file = Path(self.facts["file"])
        bait = file.read_text(), stat.filemode(file.stat().st_mode), sorted(os.listdir(self.facts["folder"]))
        return len(os.listdir("/proc/self/fd")), set(foreign()) - self.before, bait


def resident():
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def foreign():
    """What student code could have left: files of nobody, and names that the corpus uses."""
    for path in (path for folder in WRITABLE for path in Path(folder).glob("*")):
        try:
            nobodys = path.lstat().st_uid == NOBODY != os.geteuid()
        except OSError:
            continue  # somebody else's, and gone
        if nobodys or path.name.startswith("gatecheck-left-over"):
            yield path


def children(of):
    """The processes whose parent is that one, dead ones too."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == of:
            yield int(path.parent.name)


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    with selftest._bait() as facts:
        made = Grader(facts)
        with made.zygote:
            yield made
            assert made.zygote._process.pid == made.pid, "the zygote had to be replaced"
            assert resident() < made.size + FLAT, "the judge has grown"
    patch.undo()


def told(report):
    """All that a report says."""
    return "\n".join([report.message, *report.warnings, *(c.message for c in report.checks)])


def earned(report):
    """In a word, what became of a submission."""
    if report.outcome != "graded":
        return {report.outcome, "refused"} if report.outcome == "rejected" and not report.seconds else {report.outcome}
    return {"full"} if report.full_marks else {"some"} if report.score else {"none"}


@pytest.mark.parametrize("name", corpus())
def test_a_hostile_submission_gets_what_it_deserves_and_leaves_nothing(grader, name):
    hostile, report = corpus()[name], grader.grade(name)
    assert earned(report) & set(hostile.expect), told(report)[:2000]
    assert re.search(hostile.says, told(report)), told(report)[:2000]
    assert GOT not in told(report)
    assert report.score == 0 or {"full", "some"} & earned(report)
    assert report.isolated or report.outcome == "rejected"
    assert list(children(grader.pid)) == []
    assert grader.around() == grader.there
    shown_as_data(report)


def shown_as_data(report):
    """Nothing in a report steers what shows it, and none of it is long."""
    pages = [render(report, 79, unicode=u) for u in (True, False)] + [summary(report), report.to_json()]
    for page in pages:
        assert all(c.isprintable() or c == "\n" for c in page), page
        assert len(page) < 40_000
    assert pages[1].isascii() and "\n" not in pages[3]
    assert Report.from_json(pages[3]).to_json() == pages[3]


def test_the_corpus_is_large_and_of_every_class():
    kinds = {h.kind for h in corpus().values()}
    assert len(corpus()) >= 120
    assert len(kinds) >= 30, sorted(kinds)
    assert sum(bool(h.layers) for h in corpus().values()) >= 50
