"""Keys of this run only, and a way to grade that costs little: children of one warm Python."""

import sys

import pytest
from planting import kit

from gatecheck.grading.intake import submission_from
from gatecheck.grading.judge import grade
from gatecheck.grading.running import Worker
from gatecheck.grading.zygote import Zygote


@pytest.fixture(scope="session")
def grading(tmp_path_factory):
    """Grades a source by a solution's kit."""
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    zygote = Zygote() if sys.platform == "linux" else None

    def graded(text, solution, seed="c0ffee"):
        submission = submission_from("student.py", text.encode())
        return grade(submission, kit(solution), seed=seed, fresh=lambda: Worker(zygote.fork) if zygote else Worker())

    yield graded
    if zygote:
        zygote.close()
    patch.undo()
