"""doctor: what this machine can do, and what to do about the rest."""

import json
import sys

import pytest

from gatecheck.grading import checkup, selftest
from gatecheck.grading.inside.values import LAYERS
from gatecheck.version import __version__

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="about Linux's isolation")


@linux_only
def test_every_attempt_is_told_with_versions_layers_and_times(gatecheck, monkeypatch):
    monkeypatch.setattr(checkup, "bubblewrap", list)
    done = gatecheck("doctor", "--format", "json")
    data = json.loads(done.out)
    assert (done.code, data["official"], data["gatecheck"]) == (0, True, __version__)
    assert set(data["packages"]) == {"numpy", "sympy", "typst"}
    source = (selftest.folder("templates") / "hostile.py").read_text()
    tried = data["isolation"]["attempts"]
    assert len(tried) == source.count("\n@attempt\n") + 2
    assert set(tried.values()) == {"refused"}
    assert data["isolation"]["layers"] == list(LAYERS)
    assert data["isolation"]["run_seconds"] > 0
    assert data["bubblewrap"] is None
    assert [m["name"] for m in data["missing"] if m["name"] != "typst"] == ["bubblewrap"]


def found(**other):
    tried = checkup.Tried({"read a file": "refused", "fork": "refused"}, LAYERS, 0.1, 0.005)
    known = {"gatecheck": "1", "python": "3", "platform": "here", "packages": {"numpy": "2", "typst": None}}
    return checkup.Checkup(**{**known, "isolation": tried, "bubblewrap": None, "missing": (), **other})


def test_what_is_refused_is_listed_and_what_is_not_stands_out(gatecheck, monkeypatch):
    tried = checkup.Tried({"read a file": "it worked: 'secret'", "fork": "refused"}, ("calls",), 0.1, 0.005)
    missing = (checkup.Missing("isolation", "Grade elsewhere.", True),)
    monkeypatch.setattr(checkup, "checkup", lambda: found(isolation=tried, missing=missing))
    done = gatecheck("doctor")
    assert done.code == 1
    assert "1 of 2 attempts refused: fork" in done.out
    assert "NOT REFUSED: read a file: it worked: 'secret'" in done.out
    assert "missing: isolation. Grade elsewhere." in done.out and "not possible" in done.out


def test_what_is_not_needed_may_be_missing(gatecheck, monkeypatch):
    missing = (checkup.Missing("typst", "pip install 'gatecheck[pdf]'", False),)
    monkeypatch.setattr(checkup, "checkup", lambda: found(missing=missing))
    done = gatecheck("doctor", "--format", "text")
    assert (done.code, done.out.isascii()) == (0, True)
    assert "typst        not installed" in done.out and "is possible here" in done.out


@linux_only
def test_where_an_attempt_succeeds_official_grading_is_not_possible(monkeypatch):
    monkeypatch.setattr(checkup, "attempts", lambda start: [("read a file", "it worked")])
    done = checkup.checkup()
    assert not done.official
    [isolation] = [m for m in done.missing if m.name == "isolation"]
    assert isolation.needed and "Landlock" in isolation.cure


def test_without_linux_or_a_package_the_way_to_it_is_told(monkeypatch):
    monkeypatch.setattr(checkup.sys, "platform", "darwin")
    monkeypatch.setattr(checkup, "PACKAGES", {"no-such-package": "pip install it", "numpy": ""})
    done = checkup.checkup()
    monkeypatch.undo()
    assert done.isolation is done.bubblewrap is None and not done.official
    cures = {m.name: m.cure for m in done.missing}
    assert cures["no-such-package"] == "pip install it" and "WSL2" in cures["isolation"]
