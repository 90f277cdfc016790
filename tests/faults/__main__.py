"""Faults at every point of a study's life, random kills, malformed files: ``python -m tests.faults`` tries all three.

``walk``, ``kills`` or ``malformed`` tries one of them. In a walk each point fails in one way at least, those that a process
meets for the first time in all ways; with ``--every`` all do. ``--life WORDS …`` walks through some lives, ``--minutes N``
so long through each, ``--point WORDS`` tries those points whose name holds the words, ``--part 1/3`` a third of all,
``--real`` lets real workers train;
``--log FILE`` keeps each blow as a line of JSON, ``--done FILE …`` leaves out those of such files that held, and
``--table FILE …`` makes the table of them.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.attack.table import Found
from tests.faults import command, trainer
from tests.faults.injection import AFTER, BEFORE, SHORT, TORN
from tests.faults.kills import STUDY, kills
from tests.faults.lives import LIVES, REAL_LIVES
from tests.faults.malformed import malformed
from tests.faults.walk import Blow, Walk, blow_of, line_of, table, walk

FEW = (
    ("main write write trials# drafts.draft", 1, SHORT),
    ("main name link trials drafts._link", 2, BEFORE),
    ("main message sendall socket channel.send", 2, "EPIPE"),
    ("worker message write socket connection._send", 3, TORN),
    ("guard spawn fork process guard._start", 1, AFTER),
)
"""Key, number and way of what the test suite tries."""


def main() -> None:
    """Try, print, and say whether all held."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("what", nargs="?", default="all", choices=("all", "walk", "kills", "malformed"))
    options.add_argument("--life", nargs="+", default=[""], help="words of the names of lives")
    options.add_argument("--minutes", type=float, default=float("inf"), help="for each life, at most")
    options.add_argument("--point", default="", help="words of the names of points")
    options.add_argument("--every", action="store_true", help="every point in all ways")
    options.add_argument(
        "--few", action="store_true", help="a few of the first two, as the test suite does; of one that is named"
    )
    options.add_argument("--part", default="1/1", help="which of how many parts of the walk")
    options.add_argument("--real", action="store_true", help="real workers train, seconds for each blow")
    options.add_argument("--log", type=Path, help="a file for the blows")
    options.add_argument("--done", type=Path, nargs="+", default=[], help="files of blows that are not tried again")
    options.add_argument("--table", type=Path, nargs="+", help="files of blows to make the table of")
    options.add_argument("--number", type=int, help="kills (200 unless given), or malformed files (300)")
    options.add_argument("--seed", type=int, default=19, help="of chance")
    chosen = options.parse_args()
    if chosen.table:
        lines = (line for path in chosen.table for line in path.read_text(encoding="utf-8").splitlines())
        sys.exit(_told(list(map(blow_of, lines))))
    command.marked()
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    broken = False
    try:
        # The trials of the first life are among those of the kills.
        reading = (
            (("publish", "--no-local"), ("merge", "published", "--results", "merged")) if chosen.what == "walk" else ()
        )
        command.prepare((*STUDY, "--workers", "1"), folder / "prepared", {trainer.TAPE: str(folder / "tape")}, *reading)
        tape = folder / "tape.new"
        gc.collect()
        gc.freeze()  # what is never looked at is never copied
        if chosen.what in ("all", "walk"):
            broken |= _told(_walked(chosen, folder / "walk", tape))
        for name, number, few, trying in (
            ("kills", 200, 3, partial(kills, tape=tape)),
            ("malformed", 300, 30, malformed),
        ):
            if chosen.what == name or (chosen.what == "all" and not (chosen.few and name == "malformed")):
                many = chosen.number or (few if chosen.few else number)
                broken |= _tried(name, many, trying, folder / name, chosen.seed)
    finally:
        command.kill(command.processes())
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(broken)


def _walked(chosen: argparse.Namespace, folder: Path, tape: Path) -> list[Blow]:
    if chosen.few:
        one = Walk(LIVES[0], folder, tape)
        return [one.strike(point, how) for point, how in one.blows(True) if (point.key, point.number, how) in FEW]
    first, last = map(int, chosen.part.split("/"))
    blows: list[Blow] = []
    for number, life in enumerate(REAL_LIVES if chosen.real else LIVES):
        if not any(words in life.name for words in chosen.life):
            continue
        parts = (first - 1, last)
        found = walk(
            life, folder / str(number), every=chosen.every, part=parts, words=chosen.point, done=_done(chosen.done)
        )
        end = time.monotonic() + 60 * chosen.minutes
        for blow in found:
            blows.append(blow)
            if chosen.log:
                with chosen.log.open("a", encoding="utf-8") as file:
                    file.write(line_of(blow) + "\n")
            for line in blow.broken:  # at once, for whoever waits
                print(f"  - {blow.key} number {blow.number}, {blow.how}: {line}", file=sys.stderr, flush=True)
            if time.monotonic() > end:
                break
    return blows


def _done(files: list[Path]) -> set[tuple[str, str, int, str]]:
    """Return which blows held."""
    blows = (blow_of(line) for path in files for line in path.read_text(encoding="utf-8").splitlines())
    return {(blow.life, blow.key, blow.number, blow.how) for blow in blows if not blow.broken}


def _told(blows: list[Blow]) -> bool:
    """Print the table of a walk, and what did not hold; say whether there is something."""
    print(table(blows))
    for blow in blows:
        for line in blow.broken:
            print(f"  - {blow.life}: {blow.key} number {blow.number}, {blow.how}: {line}")
    return any(blow.broken for blow in blows)


def _tried(name: str, number: int, trying: Callable[[int, Path, int], Found], folder: Path, seed: int) -> bool:
    """Try kills or malformed files, print what came of it, and say whether something did not hold."""
    began = time.monotonic()
    found = trying(number, folder, seed)
    held = "**no**" if found.broken else "yes"
    print(
        f"\n| {name} | held | seconds |\n|---|---|---|\n| {found.measured} | {held} | {time.monotonic() - began:.0f} |"
    )
    for line in found.broken:
        print(f"  - {line[:2000]}")
    return bool(found.broken)


if __name__ == "__main__":
    main()
