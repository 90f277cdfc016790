"""What is said of a claim that was registered: when, as what, what existed already, and what changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from benchsuite.analysis.claims.before_after import before_after
from benchsuite.record import Record
from benchsuite.registrations import RegisteredFile
from benchsuite.report.site.known_claim import KnownClaim
from benchsuite.report.tables.numbers import count_of, whole

BUNDLED = "bundled"
"""The origin of what ships."""
SHORT = 16
"""Digits of a hash that are shown; a tip, and the file, have all."""


def registered_word(known: KnownClaim) -> str:
    """Return what a table says: the day on which the code of the verdict was registered, or why there is none."""
    entry = entry_of(known)
    if known.registration is None:
        return "ships" if known.verdict.origin == BUNDLED else "no"
    return entry.registered_at[:10] if entry else "other code"


def entry_of(known: KnownClaim) -> RegisteredFile | None:
    """Return the first registration of the very code that the verdict is of; ``None`` if that was never registered."""
    if known.registration is None:
        return None
    entries = (*known.registration.earlier, known.registration.latest)
    return next((entry for entry in entries if entry.fingerprint[:SHORT] == known.code_then), None)


def registration_lines(known: KnownClaim, records: Mapping[str, Record]) -> Iterator[tuple[str, bool]]:
    """Yield what is to be said, a sentence or two each, and whether it is a warning.

    Args:
        known: The claim.
        records: Id → record of the trials that are here.
    """
    registration = known.registration
    if known.code_now == "":
        yield (
            "The claim is not installed here, so whether its code changed since cannot be seen. `benchsuite report --plugin FILE`, "
            "with the file of the claim, looks.",
            False,
        )
    if registration is None and known.verdict.origin == BUNDLED:
        yield (
            "It ships with benchsuite: its bounds stand in its code, whose history says when they were written.",
            False,
        )
    elif registration is None:
        yield (
            "It was not registered before it ran: nobody can see from here whether it was chosen by its outcome.",
            False,
        )
    else:
        entry = entry_of(known)
        if entry is None:
            day = moment(registration.latest.registered_at)
            yield (
                (
                    f"It is registered, but not as it ran: what was registered on {day} is other code than that of this verdict."
                ),
                True,
            )
        else:
            yield f"Registered on {moment(entry.registered_at)} as {entry.file}, SHA-256 {entry.sha256}.", False
            yield from _before_and_after(known, entry, records)
        if registration.earlier:
            days = ", ".join(moment(one.registered_at) for one in registration.earlier)
            count = count_of(len(registration.earlier) + 1, "registration")
            yield f"Other content was registered under its name before, on {days}: {count} in all.", True
        if known.file_now and entry and known.file_now != entry.sha256:
            what = "its code too" if known.changed else "though not its code: comments or layout alone"
            yield (
                f"Its file was changed since it was registered, {what}. It is SHA-256 {known.file_now} now.",
                known.changed,
            )
    if known.changed:
        yield "The claim's own code was changed since this verdict was made: run it again.", True


def _before_and_after(
    known: KnownClaim, entry: RegisteredFile, records: Mapping[str, Record]
) -> Iterator[tuple[str, bool]]:
    """Say how many of its trials and computations ended before the registration, and how many after."""
    ids = sorted({id for part in known.verdict.parts for id in part.trials})
    of_trials = [records[id].environment.finished_at if id in records else "" for id in ids]
    of_computed = [one.computed_at for numbers in known.computed.values() for one in numbers.numbers.values()]
    for noun, times in (("trial", of_trials), ("computation", of_computed)):
        if not times:
            continue
        found = before_after(entry.registered_at, times)
        told = f"Of its {count_of(found.whole, noun)} {whole(found.before)} ended before the registration and {whole(found.after)} after"
        rest = f"; of {whole(found.unknown)} it is not known" if found.unknown else ""
        warn = ": whoever wrote it may have seen them" if found.before else ""
        yield f"{told}{rest}{warn}.", bool(found.before)


def when(text: str) -> datetime | None:
    """Return a time of ISO 8601, UTC where no zone is named; ``None`` for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment(text: str) -> str:
    """Return a time as a reader wants it: ``2026-01-03 12:00 UTC``; the text itself where it is none."""
    found = when(text)
    return f"{found.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if found else text
