"""A hostile submission graded as every other, beside bait; and what it may have left."""

import os
import stat
from dataclasses import replace
from pathlib import Path

from gatecheck.assignment.kit import kit_for
from gatecheck.errors import SubmissionError
from gatecheck.grading.inside.hardening import NOBODY
from gatecheck.grading.intake import submission_from
from gatecheck.grading.judge import grade, rejected
from gatecheck.grading.running import Worker
from gatecheck.grading.zygote import Zygote

from .corpus import corpus

MEMORY_MIB = 128
WRITABLE = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")


class Grader:
    """The real path, with bait, and what there was before."""

    def __init__(self, facts):
        self.facts = facts
        self.kit = kit_for("rnn")
        self.zygote = Zygote()
        self.grade("helpers_and_prints")  # what is loaded late is loaded now
        self.pid, self.size = self.zygote._process.pid, resident()
        self.before = set(foreign())
        self.there = self.around()

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
        found = [(path, path.lstat().st_mode) for path in sorted(Path(self.facts["folder"]).iterdir())]
        bait = [(path.name, stat.filemode(mode), path.is_file() and path.read_bytes()) for path, mode in found]
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


def told(report):
    """All that a report says."""
    return "\n".join([report.message, *report.warnings, *(c.message for c in report.checks)])


def earned(report):
    """In a word, what became of a submission."""
    if report.outcome != "graded":
        return {report.outcome, "refused"} if report.outcome == "rejected" and not report.seconds else {report.outcome}
    return {"full"} if report.full_marks else {"some"} if report.score else {"none"}
