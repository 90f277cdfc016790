"""All rules, in the order in which they are told: first what a forger would change, then what cannot be seen from here."""

from __future__ import annotations

from benchsuite.verification.budgets import SEARCHES, STEPS, WHOLE
from benchsuite.verification.claimed import FOLLOW
from benchsuite.verification.planned import ACCOUNTED, FAILURES
from benchsuite.verification.plausible import BEYOND, TIMINGS
from benchsuite.verification.searching import CHOICE, SCORES, SETTINGS
from benchsuite.verification.seeds import APART, ONCE, SAME
from benchsuite.verification.versions import CODE, VERSIONS
from benchsuite.verification.within_records import AGREE, COPIES, COUNTS, SAME_SIZE, SAME_START

RULES = (
    AGREE,
    COUNTS,
    SAME_SIZE,
    SAME_START,
    COPIES,
    ACCOUNTED,
    FAILURES,
    ONCE,
    SAME,
    APART,
    STEPS,
    SEARCHES,
    WHOLE,
    SCORES,
    CHOICE,
    SETTINGS,
    FOLLOW,
    BEYOND,
    TIMINGS,
    VERSIONS,
    CODE,
)
