"""Searches as pandas frames: one row for each search, and one for each setting that was tried."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from benchsuite.searches import Search

if TYPE_CHECKING:
    import pandas as pd

OF_SEARCH = (
    "kind", "selection", "task", "task_version", "epochs", "batch_size", "precision", "device", "engine", "lanes", "change",
    "track", "tuner", "budget", "tuning_seeds", "folds",
)  # fmt: skip
SEARCH_COLUMNS = (
    "id", *OF_SEARCH, "tried", "spent", "failed", "chosen", "default_score", "score", "edges", "widened", "evaluated", "rule",
)  # fmt: skip
TRIED_COLUMNS = ("search", "kind", "selection", "task", "number", "source", "stop", "cost", "score", "chosen", "trials")


def searches_frame(searches: Iterable[Search]) -> pd.DataFrame:
    """Return one row for each search.

    Columns: what was asked for (``kind``, ``selection``, ``task``, …, ``track``, ``tuner``, ``budget``); how many settings were
    ``tried``, what they ``spent`` in whole trainings, how many ``failed``; the place of the ``chosen`` one, its validation
    ``score`` and that of the default (larger is better); ``edges`` and ``widened`` in words; how many trials ``evaluated`` it.

    Args:
        searches: The searches.
    """
    import pandas as pd

    return pd.DataFrame([_search_row(search) for search in searches], columns=list(SEARCH_COLUMNS))


def tried_frame(searches: Iterable[Search]) -> pd.DataFrame:
    """Return one row for each setting that was tried, in order of proposal.

    Columns: ``search``, ``kind``, ``selection``, ``task``, ``number`` from 0 (the default), ``source``, ``stop``, ``cost``,
    ``score``, whether it was ``chosen``, its ``trials`` separated by blanks, and each hyperparameter that was searched.

    Args:
        searches: The searches.
    """
    import pandas as pd

    rows = [row for search in searches for row in _tried_rows(search)]
    names = dict.fromkeys(name for row in rows for name in row)
    return pd.DataFrame(rows, columns=[*TRIED_COLUMNS, *(name for name in names if name not in TRIED_COLUMNS)])


def _search_row(search: Search) -> dict[str, Any]:
    whole = [one for one in search.tried if one.stop is None]
    return {
        "id": search.id,
        **{name: getattr(search, name) for name in OF_SEARCH},
        "tried": len(search.tried),
        "spent": search.spent,
        "failed": sum(one.score is None for one in whole),
        "chosen": search.chosen,
        "default_score": search.tried[0].score if search.tried else None,
        "score": None if search.chosen is None else search.tried[search.chosen].score,
        "edges": ", ".join(f"{name} {side}" for name, side in sorted(search.edges.items())),
        "widened": ", ".join(f"{name} {low:g}..{high:g}" for name, (low, high) in sorted(search.widened.items())),
        "evaluated": len(search.evaluated),
        "rule": search.rule,
    }


def _tried_rows(search: Search) -> list[dict[str, Any]]:
    return [
        {
            "search": search.id,
            "kind": search.kind,
            "selection": search.selection,
            "task": search.task,
            "number": number,
            "source": one.source,
            "stop": one.stop,
            "cost": one.cost,
            "score": one.score,
            "chosen": number == search.chosen,
            "trials": " ".join(one.ids),
            **one.values,
        }
        for number, one in enumerate(search.tried)
    ]
