"""The judges of the attacks notice what they are there for: every harm that can be done to a record, and what survives."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attack.beside import Beside
from tests.attack.hostile import Hostile
from tests.attack.kills import Watched
from tests.attack.study import MARK, Ended, Numbers, Study
from tests.attack.table import Attack, Found, tried

FORKS = "import os, time; os.fork() or (os.setsid(), os.fork() and os._exit(0), time.sleep(60))"


def record(name: str, **more: object) -> dict[str, object]:
    recipe = {"optimizer": [{"name": name}], "schedule": [{"name": "constant"}]}
    return {
        "outcome": "completed", "reason": "", "curves": {"loss": [1.0]}, "spec": {"recipe": recipe}, "costs": {"seconds": 1.0},
        **more,
    }  # fmt: skip


WANTED: Numbers = {"aa": record("sgd"), "bb": record("adam")}


def write(study: Study, name: str, content: object) -> Path:
    path = study.results / "trials" / name[:2] / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def wanted() -> Numbers:
    return {name: {key: value for key, value in held.items() if key != "costs"} for name, held in WANTED.items()}


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    watched = Watched(tmp_path, (), wanted())
    write(watched.study, "aa", WANTED["aa"])
    found = Found()
    watched.look(found)
    assert found.broken == []
    return watched


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda study: write(study, "aa", WANTED["aa"]).unlink(), "a record was lost or written again"),
        (lambda study: write(study, "aa", record("sgd", costs={"seconds": 2.0})), "a record was lost or written again"),
        (lambda study: write(study, "bb", '{"outcome": "comp'), "the record bb.json is torn"),
        (lambda study: write(study, "cc", record("sgd")), "there is a record of no trial of the study"),
        (lambda study: write(study, "bb", record("adam", outcome="crashed", reason="why")), "falsely crashed: why"),
        (lambda study: write(study, "bb", record("adam", curves={"loss": [1.1]})), "the record bb has other bits"),
    ],
)
def test_harm_to_a_record_is_noticed(harm: Callable[[Study], object], said: str, watched: Watched) -> None:
    harm(watched.study)
    found = Found()
    watched.look(found)
    assert said in found.broken


def test_a_bundled_one_with_other_bits_is_noticed_and_so_is_a_plugins_false_end(tmp_path: Path) -> None:
    study = Study(tmp_path)
    write(study, "aa", record("sgd", curves={"loss": [1.1]}))
    write(study, "bb", record("adam", outcome="crashed", reason="why"))
    write(study, "cc", record("evil"))
    evil = Hostile("evil", frozenset({"crashed"}))
    broken = Hostile("no_such", broken="never said")
    ended = Ended(0, "\x1b[2J Traceback (most recent call last):", "", 1.0, ("process 7",))
    found = Found()
    Beside(study, [evil, broken], ended, wanted()).judge(found, code=2)
    said = "\n".join(found.broken)
    for part in (
        "exit code 0 instead of 2", "sgd has other bits (curves)", "adam is crashed: why", "left behind: process 7",
        "evil is completed, not crashed", "no_such is named as broken in 0 lines", "it printed a traceback",
        "it printed a control character: '\\x1b'",
    ):  # fmt: skip
        assert part in said, said


def test_a_process_that_hides_and_a_file_that_stays_are_found(tmp_path: Path) -> None:
    study = Study(tmp_path)
    assert study.left() == []
    subprocess.run([sys.executable, "-c", FORKS], env=study.environment, check=True)
    (study.temporary / "x").write_text("left")
    study.results.mkdir()
    (study.results / ".lock").touch()
    (study.results / ".aa.json.0123").touch()
    try:
        left = study.left()
    finally:
        study.clear()
    assert len(left) == 3, left
    assert "os.setsid" in left[0]
    assert left[1:] == [str(study.results / ".aa.json.0123"), str(study.temporary / "x")]
    assert study.processes() == []


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no shared memory to look into")
def test_shared_memory_with_the_mark_is_found(tmp_path: Path) -> None:
    study = Study(tmp_path)
    place = Path("/dev/shm", f"hostile-{study.environment[MARK]}")
    place.touch()
    assert study.left() == [str(place)]
    study.clear()
    assert not place.exists()


def test_an_attack_that_cannot_be_carried_out_has_not_held(tmp_path: Path) -> None:
    def fails(folder: Path) -> Found:
        raise RuntimeError("no study")

    (row,) = tried([Attack("a", "b", fails)], tmp_path)
    assert row.found.broken[0].startswith("the attack could not be carried out: RuntimeError('no study')")
    assert str(row).startswith("| a | b |  | **no** | ")
