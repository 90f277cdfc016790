"""All attacks, one after another, and the table of what they came to: ``make attack``.

``python -m tests.attack NAME …`` tries those whose names hold one of the words; ``--plugins`` tries hostile plugins one by
one, all or those that are named, to see which of a batch did harm, ``--together`` those that are named in one run;
``--keep DIR`` keeps what they left for a look.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.attack import beside, clocks, disks, drives, kills, tampering
from tests.attack.study import clear_all
from tests.attack.table import HEAD, Attack, tried


def everything(number_of_kills: int) -> list[Attack]:
    """Return every attack."""
    others = [attack for module in (clocks, disks, drives, tampering) for attack in module.attacks()]
    return [*beside.attacks(), *kills.attacks(number_of_kills), *others]


def main() -> None:
    """Attack, print, and say whether all held."""
    options = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    options.add_argument("names", nargs="*", help="words of the names of attacks, or names of plugins")
    options.add_argument("--plugins", action="store_true", help="hostile plugins one by one")
    options.add_argument("--together", action="store_true", help="the named hostile plugins in one run")
    options.add_argument("--kills", type=int, default=kills.KILLS, help="of the main process, and as many of workers")
    options.add_argument("--keep", type=Path, help="a folder, instead of a temporary one")
    chosen = options.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="attack-"))
    started = time.monotonic()
    # A shell that starts this in the background lets it, and all that it starts, ignore Ctrl-C: attacks that send it would miss.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        if chosen.plugins:
            broken = _plugins(folder, chosen.names)
        elif chosen.together:
            broken = _table(folder, [beside.together(chosen.names)])
        else:
            names = chosen.names
            broken = _table(
                folder,
                [one for one in everything(chosen.kills) if not names or any(name in one.name for name in names)],
            )
    finally:
        clear_all()
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{broken} did not hold; {time.monotonic() - started:.0f} seconds on {platform.system()}.")
    sys.exit(1 if broken else 0)


def _plugins(folder: Path, names: list[str]) -> int:
    broken = 0
    for line in beside.one_by_one(folder, names):
        print(line, flush=True)
        broken += line.startswith("BROKEN")
    return broken


def _table(folder: Path, chosen: list[Attack]) -> int:
    rows = []
    print(HEAD, flush=True)
    for row in tried(chosen, folder):
        rows.append(row)
        print(row, flush=True)
        for line in row.found.broken:  # at once, for whoever waits; together below the table as well
            print(f"  - {line}", file=sys.stderr, flush=True)
    broken = [row for row in rows if row.found.broken]
    for row in broken:
        print(f"\n{row.attack.name}:")
        for line in row.found.broken:
            print(f"  - {line}")
    return len(broken)


if __name__ == "__main__":
    main()
