"""What ``check`` says to somebody who names something else than a component or a task."""

from pathlib import Path

import pytest

from benchsuite.cli.check import _wanted
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import PluginSearch, Registry, load_registry

FILE = """
import benchsuite as bs

@bs.hookimpl
def register_schedules():
    return [bs.Schedule(name=name, make=lambda: None, summary="One.") for name in ("one_of_two", "two_of_two")]
"""


def refused(name: str, known: Registry) -> str:
    with pytest.raises(BenchsuiteError) as error:
        _wanted([name], known)
    return str(error.value).partition(" Known: ")[2]


@pytest.mark.parametrize(
    ("name", "then"),
    [
        ("plugins/none.py", "Check takes names of components, with the file as --plugin plugins/none.py."),
        ("gradient-transform", "`benchsuite list gradient-transform` says which there are."),
        ("ada*", "patterns and settings are for run."),
        ("adam[learning_rate=0.1]", "patterns and settings are for run."),
    ],
)
def test_what_to_name_instead(name: str, then: str, bundled: Registry) -> None:
    assert refused(name, bundled).endswith(then)


def test_a_file_is_answered_with_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "mine.py").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    said = refused("plugins/mine.py", load_registry(PluginSearch()))
    assert said.endswith("Check takes names of components, of this file: benchsuite check one_of_two two_of_two.")
