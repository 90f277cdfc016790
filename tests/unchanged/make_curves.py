"""Make ``curves.json`` from results folders: what the trials of all components gave before a change that must not change them.

    benchsuite run --all --seeds 1 --no-local --results A
    benchsuite run --baselines --tier full --epochs 2 --seeds 1 --no-local --results B
    python tests/unchanged/make_curves.py quick=A full=B

Make it anew only where numbers are meant to change, and say so in the changelog.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchsuite.engine.numerics import numerics
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.selection import baseline

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.unchanged.listed import curves_of, hash_of, key_of, records_in, write


def line(record: dict[str, Any], tier: str, registry: Registry) -> dict[str, Any]:
    """Return what the list holds of one record."""
    spec, curves = record["spec"], curves_of(record)
    task = registry.task(spec["task"]["name"])
    usual = baseline(task, registry).to_json()
    chosen = {
        kind: "+".join(each["name"] for each in components)
        for kind, components in spec["recipe"].items()
        if components != usual[kind]
    }
    measure = f"test_{task.primary}"
    return {
        "id": record["id"],
        "key": key_of(record),
        "task": task.name,
        "chosen": chosen,
        "tier": tier,
        "epochs": spec["epochs"],
        "outcome": record["outcome"],
        "curves": hash_of(curves),
        "first_loss": curves["train_loss"][:2][
            -1
        ],  # after one epoch rounding has not grown yet; one that diverged has none
        "train_loss": curves["train_loss"][-1],
        measure: curves[measure][-1],
    }


def main() -> None:
    """Read the folders named on the command line and write the list."""
    registry = load_registry(PluginSearch(local=False))
    trials = []
    for argument in sys.argv[1:]:
        tier, _, folder = argument.partition("=")
        records = (record for record in records_in(Path(folder)) if record["outcome"] in ("completed", "diverged"))
        trials += [line(record, tier, registry) for record in records]
    trials.sort(key=lambda each: (each["tier"] != "quick", each["task"], *sorted(each["chosen"].items())))
    made_with = numerics()
    write({"fingerprint": made_with.fingerprint, **made_with.facts}, trials)
    print(f"{len(trials)} trials")


if __name__ == "__main__":
    main()
