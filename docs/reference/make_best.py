"""Write results/reference/best.csv, the best row of each task and measure, from the reference results that ship.

``make reference`` calls it once these are published. What is better than such a row is called too good until somebody looked.
"""

from __future__ import annotations

import csv
from pathlib import Path

from benchsuite.analysis.best_stored import COLUMNS, FILE, best_lines, best_rows
from benchsuite.reference import load_reference, reference_file


def main(path: Path | None = None) -> None:
    """Write the table from a bundle; beside the bundle that ships unless a path is given."""
    path = path or reference_file().with_name(FILE)
    lines = list(best_lines(best_rows(load_reference().records())))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *lines])
    print(f"wrote {len(lines)} rows to {path}")


if __name__ == "__main__":
    main()
