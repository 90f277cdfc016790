"""What is remembered of plugins: by all that it depends on, bounded, and never from somebody else's file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchsuite.discovery import PluginSearch, find
from benchsuite.files import cache_folder
from benchsuite.trying.known import Known, remembered_as
from benchsuite.trying.tried import BELIEVED_SECONDS, TriedFirst

SOURCE = "import benchsuite as bs\nfrom helper import x\nbs.hookimpl\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tried"


def name(folder: Path) -> str | None:
    candidates = [one for one in find(PluginSearch(folder=str(folder)))[0] if not one.bundled]
    (found,) = remembered_as(candidates)
    return found


def test_what_was_kept_is_known(cache: Path) -> None:
    tried = TriedFirst("it ended", "printed", ("numpy.random",))
    Known().put("one.json", tried)
    assert Known().get("one.json") == tried
    assert Known().get("other.json") is None
    assert Known().get(None) is None
    assert cache.stat().st_mode & 0o777 == 0o700


def test_a_failure_is_believed_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    known, then = Known(), TriedFirst().at
    known.put("bad.json", TriedFirst("it ended"))
    known.put("good.json", TriedFirst())
    monkeypatch.setattr("time.time", lambda: then + BELIEVED_SECONDS + 5)
    assert known.get("bad.json") is None
    assert known.get("good.json") == TriedFirst()
    monkeypatch.setattr("time.time", lambda: then - 100)  # a clock that was set back
    assert known.get("bad.json") is None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", '{"reason": 3}', '{"reason":"","printed":"","replaced":[1],"at":1.0}', "[" * 60_000]
)
def test_a_broken_file_is_ignored_and_made_anew(content: str, cache: Path) -> None:
    Known().put("one.json", TriedFirst())
    (cache / "one.json").write_text(content)
    assert Known().get("one.json") is None
    Known().put("one.json", TriedFirst())
    assert Known().get("one.json") == TriedFirst()


def test_nothing_is_believed_that_others_may_have_written(cache: Path, tmp_path: Path) -> None:
    Known().put("one.json", TriedFirst())
    cache.chmod(0o777)
    assert Known().get("one.json") is None
    Known().put("two.json", TriedFirst())
    assert not (cache / "two.json").exists()
    cache.chmod(0o700)
    assert Known().get("one.json") == TriedFirst()
    (cache / "one.json").rename(tmp_path / "elsewhere.json")
    (cache / "one.json").symlink_to(tmp_path / "elsewhere.json")
    assert Known().get("one.json") is None
    os.mkfifo(cache / "pipe.json")
    assert Known().get("pipe.json") is None
    cache.rename(tmp_path / "other")
    cache.symlink_to(tmp_path / "other")
    assert Known().get("two.json") is None


def test_where_nothing_can_be_kept_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path / "file"))
    Known().put("one.json", TriedFirst())
    assert Known().get("one.json") is None


def test_the_oldest_go(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.remembered.MOST", 3)
    for number in range(5):
        Known().put(f"{number}.json", TriedFirst())
        os.utime(cache / f"{number}.json", (number, number))
    assert sorted(path.name for path in cache.iterdir()) == ["2.json", "3.json", "4.json"]


def test_the_name_changes_with_all_that_the_plugin_is_made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin, helper = tmp_path / "plugins/mine.py", tmp_path / "plugins/helper.py"
    plugin.parent.mkdir()
    plugin.write_text(SOURCE)
    helper.write_text("x = 1\n")
    first = name(tmp_path)
    assert first is not None
    assert name(tmp_path) == first
    (plugin.parent / "unrelated.py").write_text("x = 1\n")
    assert name(tmp_path) == first
    helper.write_text("x = 2\n")
    second = name(tmp_path)
    assert second not in (first, None)
    plugin.write_text(f"{SOURCE}# a comment\n")
    assert name(tmp_path) not in (first, second, None)
    plugin.write_text(SOURCE)
    assert name(tmp_path) == second
    monkeypatch.setattr("sys.version", "another one")
    assert name(tmp_path) != second


def test_another_package_that_is_installed_changes_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/mine.py").write_text(SOURCE)
    (tmp_path / "site").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    first = name(tmp_path)
    (tmp_path / "site/torch-9.0.dist-info").mkdir()
    assert name(tmp_path) != first


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ({"BENCHSUITE_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, "/a"),
        ({"BENCHSUITE_CACHE": "", "XDG_CACHE_HOME": "/b"}, "/b/benchsuite"),
        ({"BENCHSUITE_CACHE": "", "XDG_CACHE_HOME": "", "HOME": "/c"}, "/c/.cache/benchsuite"),
    ],
)
def test_where_it_lies(given: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    assert str(cache_folder()) == folder
