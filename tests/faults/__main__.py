"""Faults at every point of a study's life: ``python -m tests.faults``, with one table of what held.

Each point fails in one way at least, those that a process meets for the first time in all ways; with ``--every`` all do.
``--life WORDS`` walks through one life, ``--point WORDS`` tries those points whose name holds the words, ``--part 1/3`` a
third of all, ``--log FILE`` keeps each blow as a line of JSON, and ``--table FILE …`` makes the table of such files.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import sys
import tempfile
from pathlib import Path

from tests.faults import command
from tests.faults.lives import LIVES, PLAIN
from tests.faults.walk import Blow, blow_of, line_of, table, walk


def main() -> None:
    """Walk, print, and say whether all held."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("--life", default="", help="words of the names of lives")
    options.add_argument("--point", default="", help="words of the names of points")
    options.add_argument("--every", action="store_true", help="every point in all ways")
    options.add_argument("--part", default="1/1", help="which of how many parts")
    options.add_argument("--log", type=Path, help="a file for the blows")
    options.add_argument("--table", type=Path, nargs="+", help="files of blows to make the table of")
    chosen = options.parse_args()
    blows: list[Blow] = []
    if chosen.table:
        for path in chosen.table:
            blows += [blow_of(line) for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        command.marked()
        blows = _walked(chosen)
    print(table(blows))
    for blow in blows:
        for line in blow.broken:
            print(f"  - {blow.life}: {blow.key} number {blow.number}, {blow.how}: {line}")
    sys.exit(any(blow.broken for blow in blows))


def _walked(chosen: argparse.Namespace) -> list[Blow]:
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    first, last = map(int, chosen.part.split("/"))
    blows: list[Blow] = []
    try:
        command.prepare(PLAIN, folder / "prepared")
        gc.collect()
        gc.freeze()  # what is never looked at is never copied
        for number, life in enumerate(LIVES):
            if chosen.life not in life.name:
                continue
            found = walk(life, folder / str(number), every=chosen.every, part=(first - 1, last), words=chosen.point)
            for blow in found:
                blows.append(blow)
                if chosen.log:
                    with chosen.log.open("a", encoding="utf-8") as file:
                        file.write(line_of(blow) + "\n")
                for line in blow.broken:
                    print(f"  - {blow.key} number {blow.number}, {blow.how}: {line}", file=sys.stderr, flush=True)
    finally:
        command.kill(command.processes())
        shutil.rmtree(folder, ignore_errors=True)
    return blows


if __name__ == "__main__":
    main()
