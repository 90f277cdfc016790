"""Which code made a record: version, commit, distributions of plugins."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import benchsuite.provenance as provenance
from benchsuite.record import MadeBy
from tests.factories import make_record


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository with one file and one commit, in place of benchsuite's own."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "file.py").write_text("1", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    monkeypatch.setattr(provenance, "CHECKOUT", folder)
    provenance.commit.cache_clear()
    yield folder
    provenance.commit.cache_clear()


def test_a_checkout_has_the_commit_that_it_stands_at(checkout: Path) -> None:
    assert provenance.commit() == git(checkout, "rev-parse", "HEAD")
    (checkout / "new.py").write_text("2", encoding="utf-8")  # a result, a plugin of one's own
    provenance.commit.cache_clear()
    assert provenance.commit() == git(checkout, "rev-parse", "HEAD")


def test_changed_files_are_told_by_a_plus(checkout: Path) -> None:
    (checkout / "file.py").write_text("2", encoding="utf-8")
    assert provenance.commit() == git(checkout, "rev-parse", "HEAD") + "+"


def test_it_is_asked_once(checkout: Path) -> None:
    first = provenance.commit()
    git(checkout, "commit", "-qm", "two", "--allow-empty")
    assert provenance.commit() == first


def test_the_repository_of_a_hook_that_runs_benchsuite_is_not_taken_for_it(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    git(other, "commit", "-qm", "another", "--allow-empty")
    expected = git(checkout, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert provenance.commit() == expected


def test_an_installation_has_none(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "CHECKOUT", tmp_path)
    assert provenance.commit() == ""


def test_where_git_cannot_be_asked_there_is_none(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert provenance.commit() == ""
    provenance.commit.cache_clear()
    monkeypatch.undo()
    monkeypatch.setattr(provenance, "CHECKOUT", checkout)
    (checkout / ".git/HEAD").write_text("nonsense", encoding="utf-8")
    assert provenance.commit() == ""


@dataclass
class Few:
    """A registry in which every component comes from one plugin, but for the optimizer and the task."""

    others: tuple[str, str] | None

    def entry(self, kind: str, name: str) -> Any:
        distribution = {"optimizer": ("fast-optimizers", "2.1"), "task": ("a-task", "0.3")}.get(kind, self.others)
        return SimpleNamespace(plugin=SimpleNamespace(distribution=distribution))


@pytest.mark.parametrize("others", [("benchsuite", "0.1.0"), None])
def test_the_distributions_of_task_and_components_are_named(others: tuple[str, str] | None, checkout: Path) -> None:
    from importlib.metadata import version

    made = provenance.made_by(make_record().trial, Few(others))  # type: ignore[arg-type]
    assert made == MadeBy(
        benchsuite=version("benchsuite"),
        commit=git(checkout, "rev-parse", "HEAD"),
        plugins={"a-task": "0.3", "fast-optimizers": "2.1"},
    )
    assert list(made.plugins) == ["a-task", "fast-optimizers"]


def test_a_plugin_that_is_a_file_has_no_distribution() -> None:
    registry = SimpleNamespace(entry=lambda kind, name: SimpleNamespace(plugin=SimpleNamespace(distribution=None)))
    assert provenance.made_by(make_record().trial, registry).plugins == {}  # type: ignore[arg-type]
