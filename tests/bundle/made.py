"""Small results folders and bundles of components that nobody registers, so that no record is ever stale."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchsuite.bundle.writing import BundleContent
from benchsuite.record import MadeBy, Record
from benchsuite.record_json import record_from_json
from benchsuite.store import Store
from benchsuite.study_files import StudyFile
from tests.factories import component, make_json, of_nobody, remade

MADE = "2026-01-02T03:04:05+00:00"
BY = MadeBy(benchsuite="0.1.0")


def records(seeds: Sequence[int] = range(3), **options: Any) -> list[Record]:
    """Two optimizers on one task, and a failure."""
    held = []
    for name, value in (("adam", 0.97), ("sgd", 0.95)):
        for seed in seeds:
            changes = {"optimizer": [component(name, learning_rate=0.01)]}
            held.append(make_json(changes=changes, seed=seed, value=value - seed / 500, **options))
    held.append(make_json(changes={"optimizer": [component("lion")]}, seed=0, outcome="diverged"))
    return [record_from_json(json.dumps(of_nobody(one)).encode()) for one in held]


def other_numbers(record: Record) -> Record:
    """The same trial with another number on which nothing else depends."""

    def change(data: dict[str, Any]) -> None:
        if data["results"]["failure"]:
            data["results"]["failure"]["step"] += 33
        else:
            data["curves"]["running_loss"][-1] += 0.25

    return remade(record, change)


def changed(record: Record, change: Callable[[dict[str, Any]], object]) -> Record:
    data = json.loads(json.dumps(record.to_json()))
    change(data)
    return record_from_json(json.dumps(data).encode())


def study(planned: Sequence[Record]) -> StudyFile:
    return StudyFile(
        verb="run", command=("benchsuite", "run", "--optimizer", "adam,sgd"), options={"optimizer": ("adam,sgd",)},
        planned=tuple(sorted(one.id for one in planned)), searches=(), began=MADE, made_by=BY,
    )  # fmt: skip


def content(held: Sequence[Record], **more: Any) -> BundleContent:
    return BundleContent(records=held, **{"made": MADE, "made_by": BY, **more})


def folder(path: Path, held: Sequence[Record]) -> Path:
    store = Store(path)
    for record in held:
        store.write(record)
    return path
