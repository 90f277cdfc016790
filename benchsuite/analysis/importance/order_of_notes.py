"""The order of importance that is taught: learning rate first, then what else an optimizer has, width and batch size, then depth.

Three classes, of falling importance: the learning rate; the optimizer's other hyperparameters (β₁, β₂, ε), the number of
hidden units and the batch size; the number of layers and the decay of the learning rate. Of what it does not name, such as
the strength of a penalty, it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

SECOND = ("width", "batch_size")
THIRD = ("depth",)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far shares of the variance follow the order that is taught.

    Args:
        held: Pairs of hyperparameters of two classes that are in this order.
        against: Pairs that are the other way round.
        untold: Pairs whose shares lie within their errors.
    """

    held: int
    against: int
    untold: int


def class_of(name: str) -> int | None:
    """Return the class of a hyperparameter, 1 to 3; ``None`` where the order does not name it.

    Args:
        name: Such as ``optimizer.0.learning_rate``, ``schedule.0.final``, ``depth`` or ``batch_size``.
    """
    kind, _, rest = name.partition(".")
    own = rest.rpartition(".")[2]
    if kind == "optimizer":
        return 1 if own == "learning_rate" else 2
    if kind == "schedule":
        return 3
    return 2 if name in SECOND else 3 if name in THIRD else None


def agreement(spans: Mapping[str, tuple[float, float]]) -> Agreement:
    """Compare shares with the order, pair by pair.

    Args:
        spans: Hyperparameter → lower and upper bound of its share.
    """
    held = against = untold = 0
    for one, other in combinations(sorted(spans), 2):
        first, second = class_of(one), class_of(other)
        if first is None or second is None or first == second:
            continue
        low, high = (spans[one], spans[other]) if first < second else (spans[other], spans[one])
        held += low[0] > high[1]
        against += low[1] < high[0]
        untold += low[0] <= high[1] and low[1] >= high[0]
    return Agreement(held, against, untold)
