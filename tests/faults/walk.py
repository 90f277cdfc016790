"""The walk through every point of a study's life: at each it fails or dies once, and the same command goes on to the same bits."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchsuite.scratch import PREFIX
from tests.faults import command, injection, trainer
from tests.faults.lives import ATOMIC, Life, Snapshot, beside, contents, copied, snapshot, unfinished

HEAD = (
    "| life | points | blows | hit | exit 0 | exit 2 | killed | did not hold | seconds |\n"
    "|---|---|---|---|---|---|---|---|---|"
)
KILLED = -9
MANY = re.compile(r"^main print | (report#?|site#|tmp|#) ")
SOME = 8


@dataclass(frozen=True)
class Point:
    """A point of a life.

    Args:
        key: Who does what to what, where.
        number: The how many-th time in that process.
        sort: What can go wrong there.
    """

    key: str
    number: int
    sort: str


@dataclass(frozen=True)
class Blow:
    """What came of one fault at one point.

    Args:
        life: Of which study.
        key: The point.
        number: The how many-th time.
        how: It failed.
        hit: Whether anything came to that point.
        code: How the command ended.
        seconds: Both runs together.
        broken: What did not hold, one line each.
    """

    life: str
    key: str
    number: int
    how: str
    hit: bool
    code: int | None
    seconds: float
    broken: tuple[str, ...]


class Walk:
    """A life, its points, and what it comes to undisturbed.

    Args:
        life: Which.
        folder: For it alone.
        tape: What its workers said in an undisturbed run, where one was made before; see :data:`trainer.TAPE`.
    """

    def __init__(self, life: Life, folder: Path, tape: Path | None = None) -> None:
        self.life = life
        self._folder = folder
        self._template, self._faults = folder / "template", folder / "faults"
        self._variables = dict(life.variables)
        self._template.mkdir(parents=True)
        life.before(self._template)
        if life.replays:
            self._variables[trainer.TAPE] = str(folder / "tape")
        if tape:
            shutil.copy(tape, folder / "tape")
        first = self._undisturbed("first")
        if life.replays and not tape:
            (folder / "tape.new").rename(folder / "tape")
        self._faults.mkdir()
        (self._faults / "trace").touch()
        self.wanted = self._undisturbed("second", self._injected(folder / "second"))
        differing = [name for name in {**first, **self.wanted} if first.get(name) != self.wanted.get(name)]
        assert not differing, f"an undisturbed run does not repeat itself: {differing}"
        lines = (self._faults / "trace").read_text(encoding="utf-8").splitlines()
        self.points = list(dict.fromkeys(Point(*json.loads(line)) for line in lines))

    def _injected(self, study: Path) -> dict[str, str]:
        return {injection.FOLDER: str(self._faults), injection.STUDY: str(study)}

    def _undisturbed(self, name: str, variables: dict[str, str] | None = None) -> Snapshot:
        study = copied(self._template, self._folder / name)
        ended = command.run(self.life.arguments, study, {**self._variables, **(variables or {})})
        assert ended.code == 0, f"undisturbed: {ended}"
        return snapshot(study)

    def blows(self, every: bool) -> list[tuple[Point, str]]:
        """Return what is tried: every point once, in turns in all ways, and in all ways where a key is met first.

        Lines on a terminal and pages of a report come by the dozen, all by the same code: of these some.

        Args:
            every: Whether every point fails in all ways.
        """
        turns: Counter[str] = Counter()
        many = Counter(point.key for point in self.points)
        chosen = []
        for point in self.points:
            ways = injection.HOW[point.sort]
            if every or point.number == 1:
                chosen += [(point, how) for how in ways]
                continue
            apart = -(-many[point.key] // SOME) if MANY.search(point.key) else 1
            if point.number % apart == 0:
                chosen.append((point, ways[turns[point.key] % len(ways)]))
                turns[point.key] += 1
        ours = [(point, how) for point, how in chosen if re.search(self.life.only, point.key)]
        round_of: Counter[str] = Counter()
        ranked = []
        for point, how in ours:  # each place once before any of them again: who stops early has been everywhere
            ranked.append((round_of[point.key], point, how))
            round_of[point.key] += 1
        return [(point, how) for _, point, how in sorted(ranked, key=lambda one: one[0])]

    def strike(self, point: Point, how: str) -> Blow:
        """Let one point fail in one way, look, go on, and look again."""
        began = time.monotonic()
        broken: list[str] = []
        study = copied(self._template, self._folder / "study")
        before = contents(study)
        shutil.rmtree(self._faults)
        self._faults.mkdir()
        (self._faults / "point").write_text(json.dumps([point.key, point.number, how]), encoding="utf-8")
        running = command.Command(self.life.arguments, study, {**self._variables, **self._injected(study)})
        ended = running.ended(clear=False)  # what is left is the next command's to remove
        hit = (self._faults / "hit").exists()
        self._judge_end(ended, point, how, hit, broken)
        self._look(study, before, broken, "after the fault")
        dead = how.startswith("killed")
        if not dead and point.sort != "unlink" and (left := unfinished(study)):
            broken.append(f"after the fault there is {left}")
        before = contents(study)
        again = command.run(self.life.arguments, study, self._variables)
        if again.code != 0 or "Traceback" in again.out + again.err:
            broken.append(f"going on: {again}")
        if again.left:
            broken.append(f"after going on there is {again.left}")
        self._look(study, before, broken, "after going on")
        if left := unfinished(study):
            broken.append(f"after going on there is {left}")
        found = snapshot(study)
        wrong = [name for name in {**found, **self.wanted} if found.get(name) != self.wanted.get(name)]
        if wrong:
            broken.append(f"not as undisturbed: {wrong}")
        seconds = time.monotonic() - began
        said = tuple(" ".join(line.split()) for line in broken)
        return Blow(self.life.name, point.key, point.number, how, hit, ended.code, seconds, said)

    def _judge_end(self, ended: command.Ended, point: Point, how: str, hit: bool, broken: list[str]) -> None:
        spared = hit and (how.startswith("killed") or point.sort == "unlink")
        if left := [one for one in ended.left if not (spared and f"/tmp/{PREFIX}" in one)]:
            broken.append(f"after the fault there is {left}")
        if "Traceback" in ended.out + ended.err:
            broken.append(f"it shows a traceback: {ended}")
        dies = hit and how.startswith("killed") and point.key.startswith("main ")
        if dies:
            if ended.code != KILLED:
                broken.append(f"it should have been killed: {ended}")
        elif hit and point.sort == "print":
            said = "" if how == "EPIPE" or " err " in point.key else "benchsuite: cannot print to standard output: "
            if ended.code != (1 if how == "EPIPE" else 2) or not ended.err.startswith(said):
                broken.append(f"not the end of what cannot be printed: {ended}")
            if ended.err.count("\n") != bool(said):
                broken.append(f"not one line, or not silent: {ended}")
        elif ended.code == 2:
            if ended.err.count("\n") != 1 or not ended.err.startswith("benchsuite: "):
                broken.append(f"not one line: {ended}")
            if how.startswith("killed"):
                broken.append(f"the death of a helper ended the study: {ended}")
        elif ended.code != 0:
            broken.append(f"it should end with 0 or 2: {ended}")

    def _look(self, study: Path, before: list[bytes], broken: list[str], when: str) -> None:
        """Note what is lost, torn, or has other bits: each record, and whatever was there before."""
        there = contents(study)
        missing = [content for content in before if content not in there]
        if missing:
            broken.append(f"{when} {len(missing)} of {len(before)} files are lost or written anew")
        begun = snapshot(self._template)
        for name, content in snapshot(study).items():
            known = (self.wanted.get(name), begun.get(name))
            if name.partition("/")[0] in ATOMIC and content not in known:
                broken.append(f"{when} {name} is torn, or has other bits")
        for place in self.life.whole:
            if moved_aside(study, place) not in (_below(begun, place), _below(self.wanted, place)):
                broken.append(f"{when} {place} is neither what was there nor what comes")


def _below(held: Snapshot, place: str) -> Snapshot:
    """Return what lies in a folder beside the results, or the file itself."""
    return {name: content for name, content in held.items() if f"{name}/".startswith(f"/{place}/")}


def moved_aside(study: Path, place: str) -> Snapshot:
    """Return what lies in a folder beside the results; where folders cannot change places, also while it has no name."""
    found = _below(beside(study), place)
    for aside in study.glob(f".{place}.*.old") if not found else ():
        found = {
            f"/{place}/{path.relative_to(aside)}": path.read_bytes() for path in aside.rglob("*") if path.is_file()
        }
    return found


def walk(
    life: Life,
    folder: Path,
    *,
    every: bool = False,
    part: tuple[int, int] = (0, 1),
    words: str = "",
    done: Collection[tuple[str, str, int, str]] = (),
) -> Iterator[Blow]:
    """Strike a life at its points, one after another.

    Args:
        life: Which.
        folder: For it.
        every: Whether every point fails in all ways.
        part: Which of how many parts of the blows.
        words: Of the key, where only some are tried.
        done: Life, key, number and way of those that were tried before.
    """
    walked = Walk(life, folder)
    chosen = [(point, how) for point, how in walked.blows(every) if words in f"{point.key} {how}"]
    chosen = [(point, how) for point, how in chosen if (life.name, point.key, point.number, how) not in done]
    for number, (point, how) in enumerate(chosen):
        if number % part[1] == part[0]:
            yield walked.strike(point, how)


def line_of(blow: Blow) -> str:
    """Return a blow in one line of JSON."""
    return json.dumps(asdict(blow), ensure_ascii=False)


def blow_of(line: str) -> Blow:
    """Read what :func:`line_of` wrote."""
    found = json.loads(line)
    return Blow(**{**found, "broken": tuple(found["broken"])})


def table(blows: list[Blow]) -> str:
    """Return what came of many blows, a line for each life."""
    rows = [HEAD]
    for life in dict.fromkeys(blow.life for blow in blows):
        rows.append(_row(life, [blow for blow in blows if blow.life == life]))
    return "\n".join([*rows, _row("together", blows)])


def _row(name: str, blows: list[Blow]) -> str:
    points = len({(blow.life, blow.key, blow.number) for blow in blows})
    codes = Counter(blow.code for blow in blows)
    hit, broken = sum(blow.hit for blow in blows), sum(bool(blow.broken) for blow in blows)
    seconds = sum(blow.seconds for blow in blows)
    numbers = (points, len(blows), hit, codes[0], codes[2], codes[KILLED], broken, f"{seconds:.0f}")
    return f"| {name} | " + " | ".join(map(str, numbers)) + " |"


def folder_for(name: str) -> Path:
    """Return an empty folder for a walk, in memory where that can be: nothing here needs to outlive the machine."""
    place = Path(os.environ.get("BENCHSUITE_FAULTS_PLACE", "/tmp"))
    folder = place / f"faults-{name}-{os.getpid()}"
    folder.mkdir()
    return folder
