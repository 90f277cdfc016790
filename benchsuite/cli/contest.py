"""What a comparison needs and what of it there is: trials look by look, their records, and the verdict that these give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.judging import look_levels
from benchsuite.analysis.reference import FILE, Reference, read_reference
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.analysis.verdict import Look, Verdict
from benchsuite.cli.run import prepare
from benchsuite.errors import BenchsuiteError
from benchsuite.freshness import Freshness, judge_of, without_data
from benchsuite.record import Record
from benchsuite.seed_numbers import seed_numbers
from benchsuite.store import DamagedRecord, Store
from benchsuite.studies.comparison import (
    MOST_SEEDS_UNLESS_GIVEN,
    SEEDS_UNLESS_GIVEN,
    Comparing,
    contest,
    study_of,
    trials_by_task,
)
from benchsuite.studies.sequential import Sequential, look_sizes
from benchsuite.study import Execution, Invocation
from benchsuite.trial import Trial

if TYPE_CHECKING:
    from benchsuite.registry import Registry
    from benchsuite.searches import Search


@dataclass
class Found:
    """The records of a comparison as far as they are there.

    Args:
        look: Number of the last look that they belong to, from 0.
        records: Those that count, in the order of their trials.
        missing: Trials of that look without one.
        later: Trials of later looks without one, which may never be needed.
        stale: How many records are stale.
        again: Whether their trials ran again.
        whole: Number of the last look that is all there; −1 if none is.
    """

    look: int = 0
    records: list[Record] = field(default_factory=list)
    missing: list[Trial] = field(default_factory=list)
    later: list[Trial] = field(default_factory=list)
    stale: int = 0
    again: bool = False
    whole: int = -1


def check(asked: Comparing) -> None:
    """Refuse options that do not go together.

    Raises:
        BenchsuiteError: If two of them do not.
    """
    if asked.until and asked.seeds:
        raise BenchsuiteError(
            f"--until {asked.until} decides itself how many seeds it takes. Received: --seeds {asked.seeds} as well. "
            "Leave --seeds out; --at-most bounds them."
        )
    if asked.at_most is not None and not asked.until:
        raise BenchsuiteError(
            f"--at-most bounds --until decided. Received: --at-most {asked.at_most} alone. Use --seeds for a fixed number."
        )
    if asked.track == "tuned" and asked.until:
        raise BenchsuiteError(
            "a tuned setting is evaluated on the seeds of its search, so there is no going on. Received: --until with --track "
            "tuned. Leave --until out."
        )
