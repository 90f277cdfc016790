"""A long run, looked at from outside: what grows in an hour grows in a day as well.

    python -m tests.soak                            # 60 minutes
    python -m tests.soak --minutes 3 --keep DIR     # to try it; DIR/samples.csv has all samples

``benchsuite run`` with two workers trains bundled components beside a plugin whose optimizers crash, hang, leak memory, descriptors,
threads, temporary files and children, and print without end; ``benchsuite watch`` serves the growing report to a reader. Memory,
descriptors, processes and files of all of them are sampled. When the time is over the run is stopped as Ctrl-C stops it, and
everything must be gone, every record whole and what it should be. Prints tables, and ends with 1 if anything did not hold.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.attack.study import Running, Study, clear_all
from tests.soak.page import Reader
from tests.soak.sampling import Sample, sample
from tests.soak.study import PLUGIN, TIMEOUT, WORKERS, study_file, wrong
from tests.soak.verdict import table

SAMPLES = 720
LEAST = 1.0
"""Seconds between two samples, at least."""
ENDING = 900.0
"""Seconds that a stopped run has for its report."""


def main() -> None:
    """Run, sample, stop, judge."""
    options = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--timeout", type=int, default=TIMEOUT, help="seconds of a trial; more on a busy machine")
    options.add_argument("--keep", type=Path, help="a folder, instead of a temporary one")
    chosen = options.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what is to run in the background without
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        broken, untold = _soak(folder, chosen.minutes, chosen.timeout)
    finally:
        clear_all()
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    for line in broken:
        print(f"  - {line}")
    more = f"; it was too short to tell of {', '.join(untold)}" if untold else ""
    print(f"\n{len(broken)} did not hold{more}.")
    sys.exit(1 if broken else 0)


def _soak(folder: Path, minutes: float, timeout: int) -> tuple[list[str], list[str]]:
    study = Study(folder / "study")
    toml = study.folder / "study.toml"
    toml.write_text(study_file(minutes), encoding="utf-8")
    study.results.mkdir()
    plugin = ("--no-local", "--plugin", str(PLUGIN))
    run = study.start(
        "run", str(toml), *plugin, "--results", str(study.results), "--workers", str(WORKERS), "--timeout", str(timeout)
    )
    page = study.start("watch", *plugin, "--results", str(study.results))
    reader = Reader(page.out)
    reader.start()
    print(f"{minutes:g} minutes from {time.strftime('%H:%M:%S')}, load {os.getloadavg()[0]:.1f}: {folder}", flush=True)
    samples = list(_samples(study, run, page, minutes * 60, folder / "samples.csv"))
    broken = []
    if not run.alive:
        broken.append(f"the run ended after {samples[-1].seconds:.0f} s")
    if not page.alive:
        broken.append(f"the page server ended by itself: {page.out.read_text()[-300:]}")
    stopped = time.monotonic()
    run.signal(signal.SIGINT)
    with contextlib.suppress(Exception):
        run.process.wait(ENDING)
    took = time.monotonic() - stopped
    reader.stopping.set()
    page.signal(signal.SIGTERM)
    told = page.ended(60)  # judges what is left of both: they have one mark
    ended = run.ended(1)
    for name, end, code in (("run", ended, 1), ("page server", told, 0)):
        if end.code != code:
            broken.append(f"{name}: {end}")
        broken += [f"left: {one}" for one in end.left]
    outcomes: Counter[str] = Counter()
    for content in study.files().values():
        record = json.loads(content)
        outcomes[record["outcome"]] += 1
        broken += [wrong(record)] if wrong(record) and len(broken) < 20 else []
    lines, grown, untold = table(samples, WORKERS)
    last = samples[-1]
    came = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(
        f"\n{sum(outcomes.values()):,} trials in {last.seconds / 60:.0f} minutes ({came}), load {os.getloadavg()[0]:.1f} at the end; "
        f"{reader.reports} reports were served, {reader.asked:,} questions and {reader.loaded} pages answered; "
        f"stopped and reported in {took:.0f} s; the run printed {len(ended.out):,} letters.\n"
    )
    print("\n".join(lines))
    return broken + grown, untold


def _samples(study: Study, run: Running, page: Running, seconds: float, log: Path) -> Iterator[Sample]:
    every = max(LEAST, seconds / SAMPLES)
    begun = time.monotonic()
    with log.open("w", encoding="utf-8") as file:
        print(Sample.head(), file=file, flush=True)
        for number in range(1, int(seconds / every) + 1):
            time.sleep(max(0.0, begun + number * every - time.monotonic()))
            if not (run.alive and page.alive):
                break
            found = sample(study, run.process.pid, page.process.pid, time.monotonic() - begun)
            print(found.row(), file=file, flush=True)
            yield found


if __name__ == "__main__":
    main()
