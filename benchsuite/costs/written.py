"""A contest as a file that ``pytest-benchmark compare`` reads, with a part of our own that the report reads."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from benchsuite.cost_files import FORMAT, PART, PLACE, CostRow, CostTable
from benchsuite.costs.request import Contestant
from benchsuite.costs.said import ContestTimed, Timed
from benchsuite.errors import BenchsuiteError, cannot_write
from benchsuite.folder import Folder


def check_library() -> None:
    """Look whether pytest-benchmark is here.

    Raises:
        BenchsuiteError: If not, with what to install.
    """
    if find_spec("pytest_benchmark") is None:
        raise BenchsuiteError(
            "benchsuite cost needs pytest-benchmark, which is not installed. Run: pip install 'benchsuite[cost]'"
        )


def table_of(course: ContestTimed) -> CostTable:
    """Return what came of a contest as the report shows it."""
    first = course.timed[0]
    known = {key: course.environment[key] for key in _KEPT}
    return CostTable(
        format=FORMAT,
        kind=course.contest.kind,
        task=course.contest.task,
        task_version=course.contest.version,
        against=first.label,
        steps=course.steps,
        rounds=len(first.seconds),
        cpu_share=course.cpu_share,
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        rows=tuple(
            _row(one, first, who)
            for one, who in zip(course.timed, course.contest.contestants, strict=True)
            if not one.reason
        ),
        failed={one.label: one.reason for one in course.timed if one.reason},
        **known,
    )


_KEPT = ("device", "device_name", "precision", "processor", "cores", "machine", "numerics", "versions")


def _row(one: Timed, first: Timed, who: Contestant) -> CostRow:
    ratios = [mine / yardstick for mine, yardstick in zip(one.seconds, first.seconds, strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return CostRow(
        label=one.label,
        ratio=statistics.median(ratios),
        low=low,
        high=high,
        milliseconds=1000 * min(one.seconds),
        state_bytes=one.state_bytes / one.parameters,
        compile_seconds=one.compile_seconds,
        hyperparameters={name: setting.hyperparameters for name, setting in who.settings.items()},
        fingerprints=dict(who.fingerprints),
    )


def write(folder: Path, course: ContestTimed, table: CostTable) -> Path:
    """Write the file of a contest into ``costs/`` of a results folder, beside those of earlier ones.

    Raises:
        BenchsuiteError: If that cannot be done.
    """
    moment = table.finished_at[:19].replace("-", "").replace(":", "") + "Z"
    stem = f"{moment}-{table.kind}-{table.task or 'million'}-{table.device}"
    name, number = f"{PLACE}/{stem}.json", 1
    while os.path.lexists(folder / name):
        number += 1
        name = f"{PLACE}/{stem}-{number}.json"
    content = json.dumps(_content(course, table), indent=1, allow_nan=False, ensure_ascii=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        Folder(folder).write(name, content.encode(errors="backslashreplace"))
    except OSError as error:
        raise cannot_write(folder / name, error) from None
    return folder / name


def _content(course: ContestTimed, table: CostTable) -> Mapping[str, Any]:
    import pytest_benchmark

    timed = [one for one in course.timed if not one.reason]
    return {
        "machine_info": {
            "machine": table.machine,
            "processor": table.processor,
            "python_version": table.versions["python"],
            "cpu": {"brand_raw": table.processor, "count": table.cores},
        },
        "commit_info": {},
        "benchmarks": [_benchmark(one, row, course, table) for one, row in zip(timed, table.rows, strict=True)],
        "datetime": table.finished_at,
        "version": pytest_benchmark.__version__,
        PART: asdict(table),
    }


def _benchmark(one: Timed, row: CostRow, course: ContestTimed, table: CostTable) -> dict[str, Any]:
    """Return one contestant as pytest-benchmark writes it: seconds of a step, over the rounds."""
    from pytest_benchmark.stats import Metadata

    contest = course.contest
    group = f"{contest.kind} on {contest.task or 'million'}, {table.device}"
    fixture = SimpleNamespace(
        name=row.label,
        fullname=f"{contest.task or 'million'}::{contest.kind}[{row.label}]",
        group=group,
        param=row.label,
        params={contest.kind: row.label},
        extra_info={"ratio": row.ratio, "state_bytes": row.state_bytes, "compile_seconds": row.compile_seconds},
        cprofile_stats=None,
        has_error=False,
    )
    held: Any = cast(Any, Metadata)(
        fixture,
        course.steps,
        {"disable_gc": False, "timer": "process_time" if table.device == "cpu" else "perf_counter", "warmup": True},
    )
    for seconds in one.seconds:
        held.update(seconds * course.steps)
    found: dict[str, Any] = held.as_dict()
    return found
