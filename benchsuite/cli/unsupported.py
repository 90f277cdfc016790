"""What could not be applied, as a run says it: each reason in one line, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchsuite.cli.console import say
from benchsuite.outcomes import Outcome

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.record import Record

MOST_REASONS = 12
"""Of ``run --all`` some thirty; the report has all."""


def tell_unsupported(records: Iterable[Record], console: Console) -> None:
    """Say why trials are unsupported: each reason once, with the number of its trials.

    Args:
        records: Of the study, those that it had already included.
        console: Where to.
    """
    from benchsuite.report.tables.numbers import count_of

    reasons = Counter(record.reason for record in records if record.outcome is Outcome.UNSUPPORTED)
    for reason, count in reasons.most_common(MOST_REASONS):
        say(console, "[yellow]unsupported[/] {}: {}", count_of(count, "trial"), reason)
    if len(reasons) > MOST_REASONS:
        more = reasons.most_common()[MOST_REASONS:]
        trials = count_of(sum(count for _, count in more), "trial")
        say(console, "[yellow]unsupported[/] {}, for {} more reasons: the report has them.", trials, len(more))
