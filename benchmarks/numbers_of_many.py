"""What the numbers of many records cost: reading them, leaderboards, arrays, and all numbers of all kinds.

Shown are seconds on the clock, of the processor, how many there are, and the largest size of the process so far.

    python benchmarks/many_records.py FOLDER 10000
    python benchmarks/numbers_of_many.py FOLDER
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchsuite.analysis import Sample, leaderboards
from benchsuite.analysis.arrays import table_of
from benchsuite.analysis.measure_of_kind import measures_of
from benchsuite.analysis.rate_robustness import robustness_of_records
from benchsuite.analysis.row_numbers import row_numbers
from benchsuite.store import Store


def main(folder: str) -> None:
    started = _now()
    records = list(Store(Path(folder), create=False).records())
    _tell("reading", started, len(records))
    started = _now()
    sample = Sample(records)
    _tell("grouping", started, len(sample.records))
    started = _now()
    _tell("leaderboards", started, len(leaderboards(sample)))
    for kind in sorted({kind for _, kinds in sample.by_kinds if len(kinds) == 1 for kind in kinds}):
        started = _now()
        table = table_of(sample, kind=kind)
        for measure in measures_of(kind):
            table.scores(measure)
        _tell(f"{kind}: arrays", started, len(table.rows))
        started = _now()
        _tell(f"{kind}: numbers", started, len(row_numbers(table)))
        started = _now()
        _tell(f"{kind}: robustness", started, len(robustness_of_records(sample, 0.01, kind=kind)))


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _tell(what: str, started: tuple[float, float], count: int) -> None:
    clock, processor = (now - then for now, then in zip(_now(), started, strict=True))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    sys.stdout.write(f"{what:24} {clock:7.2f} s {processor:7.2f} s  {count:7,}  {megabytes:6,.0f} MB\n")


if __name__ == "__main__":
    main(sys.argv[1])
