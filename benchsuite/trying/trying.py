"""Finds out which plugins can be imported here, by importing them elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from benchsuite.components import Registrable
from benchsuite.discovery import Candidate, PluginSearch
from benchsuite.trying.known import Known, remembered_as
from benchsuite.trying.libraries import listed
from benchsuite.trying.process import Attempt, attempt
from benchsuite.trying.tried import TriedFirst


def try_first(search: PluginSearch, candidates: Sequence[Candidate]) -> dict[str, TriedFirst]:
    """Return what came of importing each candidate in another process, by its key; what was tried before is known.

    Args:
        search: Where plugins are looked for.
        candidates: Those of them to try.
    """
    known, found, unknown = Known(), {}, []
    names = {candidate.key: name for candidate, name in zip(candidates, remembered_as(candidates), strict=True)}
    for candidate in candidates:
        before = known.get(names[candidate.key])
        if before is None:
            unknown.append(candidate.key)
        else:
            found[candidate.key] = before
    if unknown and sys.executable:
        try:
            now = settle(list(dict.fromkeys(unknown)), lambda keys: attempt(search, keys))
        except OSError:  # no process can be started: then nothing is known beforehand
            return found
        for key, tried in now.items():
            known.put(names[key], tried)
        found |= now
    return found


def forget_unless_it_has(candidate: Candidate, tried: TriedFirst, components: Sequence[Registrable]) -> None:
    """Forget what is kept of a plugin whose names come from where nobody can look, now that it is loaded and has others.

    Args:
        candidate: The plugin.
        tried: What is kept of it.
        components: What it has.
    """
    kept = {(one.kind, one.name, one.summary, one.mark) for one in tried.listed}
    if (kept or tried.failed) and kept != {tuple(row) for row in listed(components)}:
        Known().forget(next(remembered_as([candidate])))


def settle(keys: Sequence[str], attempted: Callable[[Sequence[str]], Attempt]) -> dict[str, TriedFirst]:
    """Find out which of several plugins end their process.

    The one during which it ended is to blame if it was the first of its process, or ends one that it has for itself: an
    earlier one may have left a thread behind. Those before it are tried without it, so that the end of their process
    is seen too; those behind it in a process that it never was in.

    Args:
        keys: Of the candidates, in order.
        attempted: Tries some in one process.
    """
    if not keys:
        return {}
    one = attempted(keys)
    if not one.ready:  # not a plugin's doing
        return {}
    if not one.reason:
        return one.done
    if len(keys) == 1:
        return one.done if _broken(one.done, keys[0]) else {keys[0]: TriedFirst(one.reason, one.printed)}
    if one.at is None:  # all were imported, and the process did not end well
        if not one.leaving:
            return _halves(keys, attempted)
        found = settle([key for key in keys if key not in one.leaving], attempted)
        for key in one.leaving:
            found |= settle([key], attempted)
        return found
    place = keys.index(one.at)
    before, blamed, behind = keys[:place], keys[place : place + 1], keys[place + 1 :]
    if before:
        alone = settle(blamed, attempted)
        innocent = not _broken(alone, one.at)
        earlier = _halves(before, attempted) if innocent else settle(before, attempted)
    else:
        alone, earlier = {one.at: TriedFirst(one.reason, one.printed)}, {}
    return {**earlier, **alone, **settle(behind, attempted)}


def _halves(keys: Sequence[str], attempted: Callable[[Sequence[str]], Attempt]) -> dict[str, TriedFirst]:
    middle = (len(keys) + 1) // 2
    return {**settle(keys[:middle], attempted), **settle(keys[middle:], attempted)}


def _broken(tried: dict[str, TriedFirst], key: str) -> bool:
    return key in tried and bool(tried[key].reason)
