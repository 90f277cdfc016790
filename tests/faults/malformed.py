"""Random malformed files in a results folder: each is named in one line, nothing is lost, and the rest is as it was.

Malformed by construction, whoever reads them: what is changed is cut, overwritten, of another type or in another place.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.attack.beside import ESCAPES
from tests.attack.table import Found
from tests.faults import command
from tests.faults.lives import DIFFERING, KEEPING

TASK = ("--no-local", "--task", "digits_mlp", "--epochs", "1", "--workers", "2")
STUDY = ("run", *TASK, "--optimizer", "sgd,adam,momentum", "--seeds", "{seeds}")
SEARCHES = (
    "run",
    *TASK,
    "--optimizer",
    "sgd,adam,momentum",
    "--track",
    "tuned",
    "--budget",
    "2",
    "--tuning-seeds",
    "1",
    "--seeds",
    "1",
)
LISTED = 10
"""So many are named where not all can be."""

Change = Callable[[bytes, random.Random], bytes]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content.rstrip()[: chance.randrange(1, len(content.rstrip()))]


def _noughts(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(0, len(content) - 16)
    return content[:at] + bytes(16) + content[at + 16 :]


def _no_text(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(1, len(content) - 1)
    return content[:at] + bytes(chance.choice((0xFF, 0xFE, 0xC0)) for _ in range(4)) + content[at:]


def _leaf(content: bytes, chance: random.Random, to: Callable[[Any], Any]) -> bytes:
    """Put something else in the place of one value, however deep."""
    whole = json.loads(content)
    leaves: list[tuple[Any, Any]] = []

    def walk(holder: Any) -> None:
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            if isinstance(value, dict | list) and value:
                walk(value)
            else:
                leaves.append((holder, key))

    walk(whole)
    holder, key = chance.choice(leaves)
    holder[key] = to(holder[key])
    return json.dumps(whole).encode()


def _another_type(content: bytes, chance: random.Random) -> bytes:
    return _leaf(content, chance, lambda _: {"nobody": [{}]})


def _no_number(content: bytes, chance: random.Random) -> bytes:
    return _leaf(content, chance, lambda _: float("nan"))


def _huge(content: bytes, chance: random.Random) -> bytes:
    return _leaf(content, chance, lambda _: -(10**400))


def _key_gone(content: bytes, chance: random.Random) -> bytes:
    whole = json.loads(content)
    del whole[chance.choice(sorted(whole))]
    return json.dumps(whole).encode()


def _key_more(content: bytes, chance: random.Random) -> bytes:
    return json.dumps({**json.loads(content), "\x1b[2J": chance.random()}).encode()


def _twice(content: bytes, chance: random.Random) -> bytes:
    return content + content


def _nothing(content: bytes, chance: random.Random) -> bytes:
    return b""


def _chance(content: bytes, chance: random.Random) -> bytes:
    return b"\x01" + chance.randbytes(chance.randrange(1, 5000))


def _deep(content: bytes, chance: random.Random) -> bytes:
    return b"[" * chance.randrange(10**3, 10**5)


def _other_form(content: bytes, chance: random.Random) -> bytes:
    return json.dumps(list(json.loads(content).items())).encode()


OF_JSON: tuple[Change, ...] = (
    _cut, _noughts, _no_text, _another_type, _no_number, _huge, _key_gone, _key_more, _twice, _nothing, _chance, _deep,
    _other_form,
)  # fmt: skip
OF_ARRAYS: tuple[Change, ...] = (_cut, _nothing, _chance, _deep)
OF_PROBES: tuple[Change, ...] = (_cut, _noughts, _no_text, _key_gone, _twice, _nothing, _chance, _deep, _other_form)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    at = os.open(path.parent, os.O_RDONLY)  # the path itself may be longer than an address may be
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"/proc/self/fd/{at}/{path.name}")
    os.close(at)


def _link(path: Path) -> None:
    path.symlink_to(path.parents[2])


def _nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


KINDS: tuple[Callable[[Path], None], ...] = (_pipe, _socket, _link, _nowhere, Path.mkdir)


class Malformed:
    """A results folder in which files were spoiled.

    Args:
        folder: For it.
        number: How many files.
        chance: Chooses which, and how.
    """

    def __init__(self, folder: Path, number: int, chance: random.Random) -> None:
        self.study, self._chance = folder / "study", chance
        seeds = -(-number // 2)
        self.arguments = tuple(word.format(seeds=seeds) for word in STUDY)
        for arguments in ((*self.arguments, *KEEPING), SEARCHES):
            ended = command.run(arguments, self.study)
            assert ended.code == 0, ended
        self.results = self.study / "results"
        self.sound = self._records()
        self.spoiled: dict[str, bytes | None] = {}
        """By name below the results folder; ``None`` for what has no content."""
        self.ways: Counter[str] = Counter()
        share = number // 10
        self._spoil("searches", OF_JSON, 2)
        self._spoil("studies", OF_JSON, 1)
        self._spoil("weights", OF_ARRAYS, share)
        self._spoil("predictions", OF_ARRAYS, share)
        self._spoil("probes", OF_PROBES, share)
        self._replace(share)
        self._strange(share)
        self._spoil("trials", OF_JSON, number - len(self.spoiled))

    def _records(self) -> dict[str, bytes]:
        return {
            path.name: path.read_bytes() for path in sorted(self.results.glob("trials/??/*.json")) if path.is_file()
        }

    def _some(self, kind: str, many: int) -> list[Path]:
        """Choose files; of a trial one at most, so that each is named for what it is itself."""
        trials = {Path(name).stem for name in self.spoiled}
        there = [
            path for path in sorted((self.results / kind).rglob("*.*"))
            if path.is_file() and not path.is_symlink() and (path.stem not in trials)
        ]  # fmt: skip
        return self._chance.sample(there, min(many, len(there)))

    def _note(self, path: Path, how: str) -> None:
        self.spoiled[str(path.relative_to(self.results))] = path.read_bytes() if path.is_file() else None
        self.ways[how] += 1

    def _spoil(self, kind: str, changes: tuple[Change, ...], many: int) -> None:
        for path in self._some(kind, many):
            change = self._chance.choice(changes)
            path.write_bytes(change(path.read_bytes(), self._chance))
            self._note(path, change.__name__)
            if kind == "trials":
                self._beside(path.stem)

    def _replace(self, many: int) -> None:
        """Put what is no file in the place of records."""
        for path in self._some("trials", many):
            kind = self._chance.choice(KINDS)
            path.unlink()
            kind(path)
            self._note(path, kind.__name__)
            self._beside(path.stem)

    def _beside(self, trial: str) -> None:
        """Take away what was kept beside a record that is spoiled: it would be named as well, since it belongs to none."""
        for kind in ("weights", "predictions", "probes"):
            for path in (self.results / kind / trial[:2]).glob(f"{trial}.*"):
                path.unlink()

    def _strange(self, many: int) -> None:
        """Put files where none belong: wrong names, and records in wrong folders."""
        for number in range(many):
            kind = self._chance.choice(("trials", "weights", "searches"))
            folders = [path for path in sorted((self.results / kind).glob("??")) if path.is_dir()] or [
                self.results / kind
            ]
            name = self._chance.choice(
                (f"{number:032x}.json.bak", f"notes {number}.txt", f"\x1b[31m{number}", f"._{number}.json")
            )
            path = self._chance.choice(folders) / name
            path.write_bytes(self._chance.randbytes(20))
            self._note(path, "_strange")

    def held(self) -> Counter[bytes]:
        """Return all contents in the results folder, with how often each is there."""
        return Counter(
            path.read_bytes() for path in self.results.rglob("*") if path.is_file() and not path.is_symlink()
        )


def malformed(number: int, folder: Path, seed: int) -> Found:
    """Spoil so many files, and let benchsuite look.

    Args:
        number: How many.
        folder: For the results.
        seed: Of chance.
    """
    found = Found()
    one = Malformed(folder, number, random.Random(seed))
    found.need(len(one.spoiled) == number, f"only {len(one.spoiled)} files could be spoiled")
    before, sound = one.held(), one._records()
    doctor = command.run(("doctor", "--results", str(one.results)), one.study)
    found.need(doctor.code == 1, f"doctor: {doctor}")
    _judge_named(one, doctor, found)
    found.need(one.held() == before, "doctor changed something")
    report = command.run(("report", "--no-local"), one.study)
    found.need(report.code == 0, f"report: {report}")
    _judge_some(one, report, found, "report")
    _need_nothing_lost(one, before, found, "report")
    shutil.rmtree(one.results / "report", ignore_errors=True)
    going_on = command.run((*one.arguments, *KEEPING), one.study)
    found.need(going_on.code == 0, f"run: {going_on}")
    _judge_some(one, going_on, found, "run")
    _need_nothing_lost(one, before, found, "run")
    after = one._records()
    lost = [
        name
        for name, content in sound.items()
        if f"trials/{name[:2]}/{name}" not in one.spoiled and after.get(name) != content
    ]
    found.need(not lost, f"{len(lost)} sound records were changed: {lost[:3]}")
    command.run(SEARCHES, one.study)
    aside = command.run(("doctor", "--results", str(one.results), "--set-aside"), one.study)
    _need_nothing_lost(one, before, found, "doctor --set-aside")
    well = command.run(("doctor", "--results", str(one.results)), one.study)
    found.need(well.code == 0, f"after setting aside: {aside} {well}")
    command.run(SEARCHES, one.study)
    wrong = [name for name, content in one._records().items() if _said(content) != _said(one.sound[name])]
    found.need(not wrong and len(one._records()) == len(one.sound), f"not the records of before: {wrong[:3]}")
    found.measured = (
        f"{len(one.spoiled)} files in {len(one.ways)} ways, {sum(name.startswith('trials/') for name in one.spoiled)} of them "
        f"in the place of records; {len(one.sound)} records, all there again"
    )
    return found


def _said(content: bytes) -> Any:
    return {name: value for name, value in json.loads(content).items() if name not in DIFFERING}


def _judge_named(one: Malformed, ended: command.Ended, found: Found) -> None:
    """Note which file is not named in exactly one line."""
    said = ended.out + ended.err
    found.need("Traceback" not in said, f"doctor shows a traceback: {ended}")
    found.need(not ESCAPES.search(said), "doctor prints a control character")
    lines = said.splitlines()
    for name in one.spoiled:
        plain = name.rpartition("/")[2].lstrip("\x1b")
        named = [line for line in lines if plain in line]
        found.need(len(named) == 1, f"doctor names {name!r} in {len(named)} lines: {named[:2]}")
    problems = [line for line in lines if line.lstrip().startswith("✗")]
    found.need(len(problems) == len(one.spoiled), f"doctor has {len(problems)} lines for {len(one.spoiled)} files")


def _judge_some(one: Malformed, ended: command.Ended, found: Found, what: str) -> None:
    """Note where the first are not named, or not how many more there are."""
    said = ended.out + ended.err
    found.need("Traceback" not in said, f"{what} shows a traceback: {ended}")
    found.need(not ESCAPES.search(said), f"{what} prints a control character")
    named = sum(name.rpartition("/")[2].lstrip("\x1b") in said for name in one.spoiled)
    found.need(named >= LISTED, f"{what} names {named} files: {ended}")
    found.need(" more: benchsuite doctor --results" in said, f"{what} does not say how many more there are: {ended}")


def _need_nothing_lost(one: Malformed, before: Counter[bytes], found: Found, after: str) -> None:
    """Note what of the spoiled files is nowhere any more."""
    there = one.held()
    lost = [name for name, content in one.spoiled.items() if content and content not in there]
    found.need(not lost, f"after {after} {len(lost)} of the spoiled files are lost: {lost[:5]}")
