"""Which line is named: the deepest one in the author's own files, never one of a package, and where a component is made."""

from __future__ import annotations

import functools
from pathlib import Path
from types import ModuleType

import pytest

import benchsuite as bs
from benchsuite.conformance.places import Place, own_files, place_called, place_in, place_made, where_made

TRACEBACK = """Traceback (most recent call last):
  File "{own}", line 3, in make
    inner()
  File "{beside}", line 7, in inner
    library()
  File "{other}", line 9, in library
    raise KeyError
KeyError

During handling of the above exception, another exception occurred:

  File "{other}", line 11, in engine
    raise ValueError
ValueError
"""
DUMP = """Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "{other}", line 9 in library
  File "{beside}", line 7 in inner
  File "{own}", line 3 in make
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A plugin of two files, an environment in its folder, and a file of somebody else's."""
    names = {"own": "mine/plugin.py", "beside": "mine/helper.py", "other": "theirs/library.py"}
    paths = {key: tmp_path / name for key, name in names.items()}
    for path in paths.values():
        path.parent.mkdir(exist_ok=True)
        path.write_text("one\ntwo\nthree\n\n\n\nseven\n", encoding="utf-8")
    return paths


def module(path: Path, name: str = "plugin") -> ModuleType:
    made = ModuleType(name)
    made.__file__ = str(path)
    return made


def test_the_deepest_line_of_the_authors_own_is_named(files: dict[str, Path]) -> None:
    own = own_files(module(files["own"]), files["own"].parent)
    for text, first in ((TRACEBACK, False), (DUMP, True)):
        place = place_in(text.format(**files), own, first)
        assert place == Place(str(files["beside"]), 7, "inner")
        assert place.source == "seven"
    assert place_in(TRACEBACK.format(own="a.py", beside="b.py", other="c.py"), own) is None


def test_a_file_alone_owns_itself_and_a_package_all_of_its_folder(files: dict[str, Path]) -> None:
    alone = own_files(module(files["own"]), None)
    assert [alone(str(path)) for path in files.values()] == [True, False, False]
    package = own_files(module(files["own"], "mine.plugin"), None)
    assert [package(str(path)) for path in files.values()] == [True, True, False]


def test_an_environment_in_the_authors_folder_is_not_the_authors(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(files["other"].parent))
    own = own_files(module(files["own"]), files["own"].parent.parent)
    assert [own(str(path)) for path in files.values()] == [True, True, False]


def test_a_path_is_shown_from_the_working_folder_on(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files["own"].parent)
    assert str(Place(str(files["own"]), 3, "make")) == "plugin.py:3, in make"
    assert str(Place(str(files["other"]), 3)) == f"{files['other']}:3"
    assert str(Place("a\x1b[2J.py", 3, "<module>")) == r"a\x1b[2J.py:3"


def made_here() -> object:
    def called(gradients: list[object], variables: list[object]) -> list[object]:
        return gradients

    return called


def test_where_a_component_is_made_and_what_is_called_of_it() -> None:
    transform = bs.GradientTransform(name="mine", make=made_here, summary="It changes nothing.")
    line = made_here.__code__.co_firstlineno
    assert place_made(transform) == Place(__file__, line, "made_here")
    assert where_made(transform).endswith(f"test_places.py:{line}, in made_here")
    assert place_called(transform) == Place(__file__, line + 1, "called")
    partial = bs.GradientTransform(name="mine", make=functools.partial(made_here), summary="It changes nothing.")
    assert place_made(partial) == place_made(transform)
    nobody = bs.GradientTransform(name="mine", make=dict.copy, summary="Nobody can tell where it is written.")
    assert where_made(nobody) == ""
