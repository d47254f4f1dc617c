"""Keys: what is stored is what would be derived, and nothing else is believed."""

import json
from pathlib import Path

import pytest

from gatecheck.assignment import key
from gatecheck.assignment.kit import kit_for, open_kit, standard
from gatecheck.assignment.model import write
from gatecheck.cells import library, load, read
from gatecheck.conventions import layout
from gatecheck.errors import AssignmentError
from gatecheck.version import __version__

RNN = layout(load("rnn"), "gatecheck")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "gatecheck"


@pytest.fixture(scope="module")
def built():
    return key.build(RNN)


@pytest.fixture
def kit(tmp_path, built):
    """An assignment's folder, as short as it can be."""
    cell = load("rnn")
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "rnn.cell").write_text(cell.source, encoding="utf-8", newline="\n")
    (tmp_path / "kit" / "assignment.toml").write_text(write(standard(cell, layout(cell, "gatecheck"))))
    (tmp_path / "kit" / "key.json").write_text(built.to_text(), encoding="utf-8")
    return tmp_path / "kit"


def unused(*arguments):
    raise AssertionError("a key was derived")


@pytest.mark.parametrize("name", library())
def test_a_stored_key_equals_a_fresh_one(name):
    fresh = key.build(layout(load(name), "gatecheck"))
    stored = key.parse(fresh.to_text(), "key.json")
    assert stored == fresh
    assert stored.to_text() == fresh.to_text()
    assert stored.tool == __version__


def test_a_key_is_json_with_an_entry_a_line(built):
    data = json.loads(built.to_text())
    assert list(data) == ["schema", "tool", "cell", "cell_sha256", "convention", "program", "sha256"]
    entries = sum(map(len, built.program.to_data().values()))
    assert len(built.to_text().splitlines()) == entries + 16


def test_the_line_ends_of_windows_are_no_change(kit, built):
    (kit / "key.json").write_bytes(built.to_text().replace("\n", "\r\n").encode())
    assert open_kit(kit).key == built


def test_every_changed_character_is_noticed(kit, built):
    text = built.to_text()
    for place in range(0, len(text), 997):
        changed = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]
        (kit / "key.json").write_text(changed, encoding="utf-8")
        if json.loads(text) == _loaded(changed):
            continue
        with pytest.raises(AssignmentError):
            key.read(kit, RNN)


def _loaded(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


@pytest.mark.parametrize("length", [0, 1, 100, 300, -3])
def test_a_key_that_was_cut_off_is_none(kit, built, length):
    (kit / "key.json").write_text(built.to_text()[:length], encoding="utf-8")
    with pytest.raises(AssignmentError, match="this is not a key"):
        open_kit(kit)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "x"}, "its schema is x"),
        ({"schema": None}, "it has no schema, tool"),
        ({"tool": 1}, "it has no schema, tool"),
        ({"sha256": "0"}, "it was changed after it was made"),
        ({"cell_sha256": "0"}, "belongs to another version of rnn"),
    ],
)
def test_a_key_that_says_something_else_is_refused(kit, built, change, words):
    (kit / "key.json").write_text(json.dumps(json.loads(built.to_text()) | change))
    with pytest.raises(AssignmentError, match=words):
        open_kit(kit)


@pytest.mark.parametrize("name", ["tool", "cell", "program", "sha256"])
def test_a_key_without_an_entry_is_refused(kit, built, name):
    data = json.loads(built.to_text())
    del data[name]
    body = json.dumps(data)
    (kit / "key.json").write_text(body)
    with pytest.raises(AssignmentError, match="this is not a key: it "):
        open_kit(kit)


def test_a_key_in_another_form_is_refused_though_it_is_whole(kit):
    body = (
        f'{{"schema": "gatecheck/key/1", "tool": "{__version__}", "cell": "rnn", '
        f'"cell_sha256": "{load("rnn").sha256}", "convention": "gatecheck", "program": 3,'
    )
    (kit / "key.json").write_text(f'{body} "sha256": "{key._hash(body)}"}}')
    with pytest.raises(AssignmentError, match="this is not a key"):
        open_kit(kit)


def test_a_key_of_another_version_is_derived_anew_in_whatever_form_it_is(kit, built, monkeypatch, cache):
    data = {"schema": "gatecheck/key/9", "tool": "9.0", "cell": "rnn", "cell_sha256": load("rnn").sha256}
    (kit / "key.json").write_text(json.dumps(data))
    assert open_kit(kit).key == built
    # Once: from then on it lies in the cache.
    monkeypatch.setattr(key, "build", unused)
    assert open_kit(kit).key == built


def test_a_stored_key_is_used_as_it_is(kit, built, monkeypatch):
    monkeypatch.setattr(key, "build", unused)
    assert open_kit(kit).key == built


# ------------------------------------------------------------------------------------------------ the cache


def test_the_cache_holds_a_key_for_each_version_of_a_cell(cache, monkeypatch):
    first = kit_for("rnn")
    other = read(load("rnn").source.replace("tanh", "sigmoid"), "rnn.cell")
    assert key.cached(layout(other, "gatecheck")) != first.key
    assert len(list(cache.iterdir())) == 2
    monkeypatch.setattr(key, "build", unused)
    assert kit_for("rnn").key == first.key


@pytest.mark.parametrize("damage", [b"", b"\xff", b"{}", b"[1]"])
def test_a_damaged_cache_is_mended(cache, built, damage):
    key.cached(RNN)
    (path,) = cache.iterdir()
    path.write_bytes(damage)
    assert key.cached(RNN) == built
    assert path.read_text(encoding="utf-8") == built.to_text()


def test_a_cache_that_cannot_be_written_is_no_fault(tmp_path, built, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert key.cached(RNN) == built


def test_a_user_without_a_home_has_no_cache_and_no_fault(built, monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    assert key.cached(RNN) == built


def test_every_system_has_its_own_place_for_caches(monkeypatch):
    home = Path.home()
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    for platform, folder in (("win32", home / "AppData" / "Local"), ("darwin", home / "Library" / "Caches")):
        monkeypatch.setattr(key.sys, "platform", platform)
        assert key.cache_folder() == folder / "gatecheck"
    monkeypatch.setattr(key.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert key.cache_folder() == home / ".cache" / "gatecheck"
