"""Bundles that somebody made to do harm are refused with a reason; nothing is written, and nothing of them is run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchsuite.bundle import BundleContent, BundleError, open_bundle, write_bundle
from benchsuite.record import MadeBy
from benchsuite.study_files import StudyFile
from tests.bundle.hostile.cases import CASES, HARMLESS, Place
from tests.factories import make_study

MADE_BY = MadeBy(benchsuite="0.1.0")
LEAST = 50


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    records = make_study(seeds=1, tasks=1)[:6]
    study = StudyFile(
        verb="run", command=("benchsuite", "run", "--all"), options={"all": True}, planned=tuple(one.id for one in records),
        searches=(), began="2025-11-22T10:00:00+00:00", made_by=MADE_BY,
    )  # fmt: skip
    content = BundleContent(records=records, studies=(study,), made="2025-11-23T10:00:00+00:00", made_by=MADE_BY)
    return write_bundle(content, tmp_path_factory.mktemp("honest") / "bundle", table=False)


@pytest.fixture
def place(honest: Path, tmp_path: Path) -> Place:
    for name in ("here", "outside"):
        (tmp_path / name).mkdir()
    return Place(honest, tmp_path / "here", tmp_path / "outside")


def seen(folder: Path) -> list[tuple[str, int, int]]:
    """Return all that lies below a folder, with what changes when it is written to."""

    def below(at: Path) -> Iterator[tuple[str, int, int]]:
        for one in sorted(os.scandir(at), key=lambda entry: entry.name):
            state = one.stat(follow_symlinks=False)
            yield one.path, state.st_mtime_ns, state.st_size
            if one.is_dir(follow_symlinks=False):
                yield from below(Path(one.path))

    return list(below(folder))


def test_the_honest_one_is_read(honest: Path, place: Place) -> None:
    assert len(open_bundle(honest).records) == 6
    assert open_bundle(place.zip()).hash == open_bundle(honest).hash


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= LEAST


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_and_nothing_is_written(
    name: str, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, reason = CASES[name]
    path = make(place)
    monkeypatch.chdir(place.outside)
    before = seen(tmp_path)
    with pytest.raises(BundleError) as refused:
        open_bundle(path)
    text = str(refused.value)
    assert reason in text
    assert text.isprintable(), "it steers a terminal, or takes more than a line"
    assert len(text) < 1000
    assert seen(tmp_path) == before
    assert not list(place.outside.iterdir())


@pytest.mark.parametrize("name", HARMLESS)
def test_nothing_of_it_is_run(name: str, place: Place) -> None:
    make: Callable[[Place], Path] = HARMLESS[name]
    bundle = open_bundle(make(place))
    assert len(bundle.records) == 6
    assert not list(place.outside.iterdir())


def test_a_payload_does_harm_where_somebody_unpickles_it(place: Place) -> None:
    """The cases above would show it: the same bytes, unpickled, leave a folder."""
    import pickle

    from tests.bundle.hostile.cases import Payload

    pickle.loads(pickle.dumps(Payload(place.outside / "unpickled")))
    assert list(place.outside.iterdir())
