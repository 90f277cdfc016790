"""Write the records of a plan without training, so that a run of it finds everything done.

    python benchmarks/many_trials.py FOLDER 100000
    time benchsuite run FOLDER/study.toml --no-local --results FOLDER

The study file asks for one seed more with ``--more``: then a run finds so many trials done, and begins the others.
Records are written without fsync: 100,000 take a few minutes.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks.pretended import SEEDS, Pretended, grid
from benchsuite.execution.run import task_facts
from benchsuite.provenance import fingerprints, made_by
from benchsuite.record import Record
from benchsuite.record_json import record_to_json
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.store import Store
from benchsuite.studies.plan import plan


def main(folder: Path, count: int, more: bool) -> None:
    """Write the study file and the records of its plan, ``count`` or a few more.

    Args:
        folder: The results folder.
        count: Of records.
        more: Whether the study file has one seed more than there are records.
    """
    registry = load_registry(PluginSearch(local=False))
    study, store, pretended = grid(count), Store(folder), Pretended(registry)
    asked = replace(study, seeds=str(SEEDS + more))
    quoted = ", ".join(f'"{selection}"' for selection in asked.components["optimizer"])
    tasks = ", ".join(f'"{task}"' for task in asked.task)
    (folder / "study.toml").write_text(
        f"task = [{tasks}]\noptimizer = [{quoted}]\nseeds = {asked.seeds}\n", encoding="utf-8"
    )
    facts = {name: task_facts(registry.task(name), registry) for name in study.task}
    for trial in plan(study, registry).trials.values():
        came = pretended(trial)
        known = {**fingerprints(trial, registry), **came.fingerprints}
        path = store.path(trial.id)
        path.parent.mkdir(exist_ok=True)
        record = Record.of(trial, came, facts[trial.task], made_by(trial, registry), known)
        path.write_bytes(record_to_json(record))


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", type=Path, help="the results folder")
    asked.add_argument("count", type=int, help="of records")
    asked.add_argument("--more", action="store_true", help="let the study have one seed more than there are records")
    given = asked.parse_args()
    main(given.folder, given.count, given.more)
