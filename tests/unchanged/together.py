"""Components of many kinds in one trial: whose bits are what they were, its components' are, and it takes one program.

The suite trains these few; where one differs, ``make unchanged`` trains each component by itself and says which it is.
``python -m tests.unchanged.together`` makes ``together.json`` anew, from the code that there is: only after ``make unchanged``
has passed, or together with ``curves.json``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from benchsuite.engine.numerics import numerics
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from tests.unchanged.listed import curves_of, hash_of, read, write

LIST = Path(__file__).parent / "together.json"
KINDS = ("activation", "gradient_transform", "normalization", "loss", "schedule", "initializer", "preprocessing")
"""On ``digits_mlp``: the first of each kind in one trial, then the second of each."""
GROUPS = 4
"""Trials of ``digits_cnn`` into which the regularizations are dealt."""


def chosen(trials: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield task and components of each trial; in all of them together are those that the list has one by one."""
    names = {
        (task, kind): [trial["chosen"][kind] for trial in trials if trial["task"] == task and kind in trial["chosen"]]
        for task, kinds in (("digits_mlp", KINDS), ("digits_cnn", ("regularization",)))
        for kind in kinds
    }
    for row in zip_longest(*(names["digits_mlp", kind] for kind in KINDS)):
        yield "digits_mlp", {kind: [name] for kind, name in zip(KINDS, row, strict=True) if name is not None}
    for first in range(GROUPS):
        yield "digits_cnn", {"regularization": names["digits_cnn", "regularization"][first::GROUPS]}


def trained(session: Session, registry: Registry, name: str, kinds: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Train one, in this process, and return what a record of it would say: its outcome, reason and curves."""
    task = registry.task(name)
    recipe = baseline(task, registry)
    for kind, names in kinds.items():
        recipe = recipe.replaced(kind, tuple(Setting.of(registry.component(kind, each)) for each in names))
    ending = session.run(Trial(name, task.version, recipe, 0, task.epochs, task.batch_size)).ending
    return {"outcome": str(ending.outcome), "reason": ending.reason, "curves": ending.curves.to_json()}


def main() -> None:
    """Train all and write the list."""
    registry = load_registry(PluginSearch(local=False))
    session = Session(registry, registry.task)
    lines = []
    for name, kinds in chosen(read()["trials"]):
        found = trained(session, registry, name, kinds)
        assert found["outcome"] == "completed", (name, kinds, found["reason"])
        curves, measure = curves_of(found), f"test_{registry.task(name).primary}"
        lines.append(
            {
                "task": name,
                "chosen": {kind: "+".join(names) for kind, names in kinds.items()},
                "outcome": found["outcome"],
                "curves": hash_of(curves),
                "first_loss": curves["train_loss"][:2][-1],
                "train_loss": curves["train_loss"][-1],
                measure: curves[measure][-1],
            }
        )
    made_with = numerics()
    write({"fingerprint": made_with.fingerprint, **made_with.facts}, lines, LIST)
    print(f"{len(lines)} trials")


if __name__ == "__main__":
    from benchsuite.engine.device import Device, environment
    from benchsuite.engine.surroundings import become

    become(environment(Device("cpu")))
    main()
