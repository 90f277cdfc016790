"""Lives of studies: what a folder holds before a command, the command, and what the folder must hold in the end."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.attack.study import DIFFERING
from tests.attack.survivors import files as left_files
from tests.faults import command, trainer

TASK = ("--no-local", "--task", "digits_mlp", "--epochs", "2", "--workers", "1")
KEEPING = ("--store-weights", "--store-predictions", "--probe", "all")
PLAIN = ("run", *TASK, "--optimizer", "sgd,adam", "--seeds", "2")
KEPT = ("run", *TASK, "--optimizer", "sgd", "--seeds", "2", *KEEPING)
TUNED = ("run", *TASK, "--optimizer", "sgd", "--track", "tuned", "--budget", "3", "--tuning-seeds", "1", "--seeds", "2")
PAGES = ("report", "--no-local")
PUBLISHED = ("publish", "--no-local", "--to", "site")
ZIPPED = ("publish", "--no-local", "--zip", "site.zip")
OF_SITE = r" (site#?|site#\.old|site\.zip|\.|#|study) "
IDLE = ("logs", "report", "trials.parquet")
"""What nobody reads back."""
WORKPLACE = ("tmp", "home", "cache", "out", "err")
"""What every command has of its own, beside what it works on."""
ATOMIC = ("trials", "searches", "disputed", "claims", "weights", "predictions")
"""Of these each file is at every moment what it was, or what it becomes."""
LEFT = re.compile(r"\..+\.[0-9a-f]{16}\.part(\.old)?")

Snapshot = dict[str, Any]


def _nothing(folder: Path) -> None:
    """Begin with no folder at all."""


def _older(folder: Path) -> None:
    """Leave what an older code wrote, what somebody broke, and what lacks its extras."""
    _made(folder, KEPT[: -len(KEEPING)])
    first, second = sorted((folder / "results/trials").rglob("*.json"))
    record = json.loads(first.read_bytes())
    record["fingerprints"] = dict.fromkeys(record["fingerprints"], "0" * 16)
    first.write_text(json.dumps(record))
    _made(folder, (*KEPT[: KEPT.index("sgd")], "adam", *KEPT[KEPT.index("sgd") + 1 : -len(KEEPING)]))
    third = next(path for path in sorted((folder / "results/trials").rglob("*.json")) if path not in (first, second))
    third.write_bytes(third.read_bytes()[:500])


def _finished(folder: Path) -> None:
    """Leave a study that has ended."""
    _made(folder, KEPT)


def _published(folder: Path) -> None:
    """Leave a study that has ended, and a publication of a part of it."""
    _made(folder, KEPT[: -len(KEEPING)])
    _made(folder, PUBLISHED)
    _made(folder, PLAIN)


def _parts(folder: Path) -> None:
    """Leave results, and beside them those of somebody else, some with other numbers, and a bundle."""
    _made(folder, ("run", *TASK, "--optimizer", "momentum", "--seeds", "2"))
    _made(folder, ZIPPED)
    shutil.rmtree(folder / "results")
    _made(folder, TUNED)
    _made(folder, KEPT[: -len(KEEPING)], {trainer.OTHERWISE: "0.05"})
    (folder / "results").rename(folder / "other")
    _made(folder, PLAIN)


def _shards(folder: Path) -> None:
    """Leave the results folders of two shards."""
    for name, shard in (("one", "1/2"), ("two", "2/2")):
        _made(folder, (*KEPT, "--shard", shard))
        (folder / "results").rename(folder / name)


def _made(folder: Path, arguments: tuple[str, ...], variables: Mapping[str, str] | None = None) -> None:
    ended = command.run(arguments, folder, variables)
    assert ended.code == 0, ended
    (folder / "results/.lock").unlink(missing_ok=True)


@dataclass(frozen=True)
class Life:
    """A command in a folder.

    Args:
        name: In few words.
        arguments: Of benchsuite.
        before: Makes what the folder holds before.
        variables: More environment variables.
        replays: Whether its workers may replay what others said: not where files are kept beside records.
        only: Pattern of the names of points, where the others are those of a life before it.
        whole: What lies beside the results folder and is at every moment what it was, or what it becomes, as a whole.
    """

    name: str
    arguments: tuple[str, ...]
    before: Callable[[Path], None] = _nothing
    variables: Mapping[str, str] = field(default_factory=dict)
    replays: bool = False
    only: str = ""
    whole: tuple[str, ...] = ()


LIVES = (
    Life("a study", PLAIN, replays=True),
    Life("… where files cannot be nameless", PLAIN, variables={trainer.NAMED: "1"}, replays=True, only=r" drafts\."),
    Life("… with weights, predictions and probes", KEPT),
    Life(
        "… that sets aside what is stale or broken",
        (*KEPT[: KEPT.index("sgd")], "sgd,adam", *KEPT[KEPT.index("sgd") + 1 :]),
        _older,
        only=r" (stale|damaged|probes#?) | unlink | print ",
    ),
    Life("a search", TUNED, replays=True, only=r" (searches#?|trials#?) | message "),
    Life("a report", PAGES, _finished),
    Life("a publication", PUBLISHED, _finished, whole=("site",)),
    Life("… in the place of another", PUBLISHED, _published, whole=("site",), only=OF_SITE),
    Life(
        "… where folders cannot change places",
        PUBLISHED,
        _published,
        {trainer.NAMED: "1"},
        whole=("site",),
        only=OF_SITE,
    ),
    Life("… as a zip", ZIPPED, _finished, whole=("site.zip",), only=OF_SITE),
    Life("a merge", ("merge", "other", "site.zip"), _parts),
    Life("shards that are collected", ("collect", "one", "two", "--no-local"), _shards),
    Life("a comparison", ("compare", "sgd", "adam", *TASK, "--seeds", "2", "--yes"), replays=False),
    Life(
        "a claim",
        ("claim", "run", "residual_connections", "--no-local", "--quick", "--workers", "1"),
        replays=True,
        only=r" claims#? | print ",
    ),
)
REAL = (
    "run", "--no-local", "--task", "noisy_quadratic", "--optimizer", "sgd,adam", "--seeds", "2", "--epochs", "2",
    "--workers", "1", "--store-weights", "--probe", "all",
)  # fmt: skip
REAL_LIVES = (Life("a study with real trainings", REAL, variables={trainer.REAL: "1"}),)


def snapshot(folder: Path) -> Snapshot:
    """Return all that a results folder holds, but for what may differ from run to run; what was set aside by content."""
    held: Snapshot = {}
    aside: list[bytes] = []
    there = (folder / "results").rglob("*") if (folder / "results").is_dir() else ()
    for path in sorted(path for path in there if path.is_file() and not path.name.endswith(".part")):
        name = str(path.relative_to(folder / "results"))
        kind = name.partition("/")[0]
        if kind in ("stale", "damaged"):
            aside.append(path.read_bytes())
        elif kind in ("trials", "searches"):
            held[name] = comparable(path.read_bytes())
        elif kind in ("studies", "commands"):  # one says when it began, the other where
            held[name] = "there"
        elif kind not in IDLE and path.name != ".lock":
            held[name] = path.read_bytes()
    held["set aside"] = sorted(content for content in aside if content)
    return held | beside(folder)


def beside(folder: Path) -> Snapshot:
    """Return all that lies beside the results folder, by its name after a slash."""
    held: Snapshot = {}
    for top in folder.iterdir():
        if top.name in (*WORKPLACE, "results") or LEFT.fullmatch(top.name):
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else (top,):
            if path.is_file():
                held[f"/{path.relative_to(folder)}"] = path.read_bytes()
    return held


def comparable(content: bytes) -> Any:
    """Return what a file of JSON says, but for what may differ from run to run; the text itself where it is torn."""
    try:
        found = json.loads(content)
    except ValueError:
        return content
    return {name: value for name, value in found.items() if name not in DIFFERING}


def contents(folder: Path) -> list[bytes]:
    """Return the content of every record and of all that was set aside: none of it may ever be lost."""
    places = [folder / "results" / name for name in ("trials", "stale", "damaged", "disputed")]
    return [path.read_bytes() for place in places for path in place.rglob("*.json")]


def unfinished(folder: Path) -> list[str]:
    """Return the temporary files in the results, and beside."""
    return left_files(folder / "nothing", folder / "results") + [
        str(path) for path in folder.iterdir() if LEFT.fullmatch(path.name)
    ]


def copied(template: Path, folder: Path) -> Path:
    """Return a folder with what a life begins with, in place of what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for path in template.iterdir() if template.is_dir() else ():
        if path.name in WORKPLACE:
            continue
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        else:
            shutil.copy(path, folder)
    return folder
