"""The hostile corpus, graded as every submission is: each gets what it deserves, and nothing is left behind."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hostile.corpus import GOT, corpus
from hostile.grader import Grader, children, earned, resident, told

from gatecheck.grading import selftest
from gatecheck.grading.report import Report
from gatecheck.reporting.summary import summary
from gatecheck.reporting.terminal import render

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is Linux's")

#: What the judge may grow by while it grades them all.
FLAT = 96 << 20


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


@pytest.mark.parametrize("name", corpus())
def test_a_hostile_submission_gets_what_it_deserves_and_leaves_nothing(grader, name):
    hostile, report = corpus()[name], grader.grade(name)
    assert earned(report) & set(hostile.expect), told(report)[:2000]
    assert re.search(hostile.says, told(report), re.MULTILINE), told(report)[:2000]
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


@pytest.mark.control
def test_every_attack_works_where_the_layers_that_stop_it_are_missing():
    """In a container of its own, with its own limits: the canaries are harmless, the missing layers are not."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("it takes root, and unshare of util-linux")
    contained = ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"]
    limited = ["prlimit", "--as=8000000000", "--cpu=300", "--fsize=100000000", "--core=1000000"]
    program = [sys.executable, "-m", "hostile.control"]
    tests = Path(__file__).parents[1]
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])}
    done = subprocess.run([*contained, *limited, *program], capture_output=True, text=True, env=variables, timeout=300)
    assert done.returncode == 0, done.stderr
    evidence = json.loads(done.stdout)
    assert set(evidence) == {name for name, hostile in corpus().items() if hostile.layers}
    assert [name for name, found in evidence.items() if not found] == []
