"""What the numbers of many records cost: seconds and memory, from records that were read to all numbers of all kinds.

    python benchmarks/many_records.py FOLDER 10000
    python benchmarks/numbers_of_many.py FOLDER
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchsuite.analysis import Sample
from benchsuite.analysis.arrays import table_of
from benchsuite.analysis.measure_of_kind import measures_of
from benchsuite.analysis.rate_robustness import robustness_of_records
from benchsuite.analysis.row_numbers import row_numbers
from benchsuite.store import Store


def main(folder: str) -> None:
    started = time.perf_counter()
    records = list(Store(Path(folder), create=False).records())
    _tell("reading", started, len(records))
    started = time.perf_counter()
    sample = Sample(records)
    _tell("grouping", started, len(sample.records))
    for kind in sorted({kind for _, kinds in sample.by_kinds if len(kinds) == 1 for kind in kinds}):
        started = time.perf_counter()
        table = table_of(sample, kind=kind)
        for measure in measures_of(kind):
            table.scores(measure)
        _tell(f"{kind}: arrays", started, len(table.rows))
        started = time.perf_counter()
        _tell(f"{kind}: numbers", started, len(row_numbers(table)))
        started = time.perf_counter()
        _tell(f"{kind}: robustness", started, len(robustness_of_records(sample, 0.01, kind=kind)))


def _tell(what: str, started: float, count: int) -> None:
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    sys.stdout.write(f"{what:24} {time.perf_counter() - started:7.2f} s  {count:7,}  {megabytes:6,.0f} MB\n")


if __name__ == "__main__":
    main(sys.argv[1])
