"""What --over means: values on the hyperparameter's own scale, one or two axes, and what is refused."""

from __future__ import annotations

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Registry
from benchsuite.studies.over import SweptCurve, read_over, swept_curves


def curves(known: Registry, selection: str, over: str, points: int = 5, kind: str = "optimizer") -> list[SweptCurve]:
    return swept_curves(kind, [selection], read_over(over), points, known)


def test_a_whole_range_is_divided_on_its_own_scale(bundled: Registry) -> None:
    (found,) = curves(bundled, "adam", "learning_rate", 7)
    assert found.axes["learning_rate"] == (1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0)
    (found,) = curves(bundled, "momentum", "momentum", 5)
    assert found.axes["momentum"] == (0.0, 0.9, 0.99, 0.999, 0.9999)


def test_values_are_written_as_in_a_selection_and_two_axes_make_a_grid(bundled: Registry) -> None:
    (found,) = curves(bundled, "momentum", "learning_rate=1e-3..1e-1:log3,momentum=0.5,0.9")
    assert found.axes == {"learning_rate": (0.001, 0.01, 0.1), "momentum": (0.5, 0.9)}
    assert len(found.settings) == 6
    assert found.settings[0.01, 0.9].hyperparameters == {"learning_rate": 0.01, "momentum": 0.9}
    (found,) = curves(bundled, "momentum", "momentum=0.5,0.9,learning_rate=0.1,0.01")
    assert found.axes == {"momentum": (0.5, 0.9), "learning_rate": (0.01, 0.1)}


def test_what_is_not_varied_stays_and_makes_curves_of_its_own(bundled: Registry) -> None:
    two = curves(bundled, "momentum[momentum=0.5,0.9]", "learning_rate", 2)
    assert [dict(one.base.values)["momentum"] for one in two] == [0.5, 0.9]
    # What is varied is not what the selection says of it.
    assert len(curves(bundled, "momentum[momentum=0.5,0.9]", "momentum", 3)) == 1


def test_other_kinds_and_listed_options(bundled: Registry) -> None:
    (found,) = curves(bundled, "dropout", "rate", 3, "regularization")
    assert len(found.axes["rate"]) == 3


@pytest.mark.parametrize(
    ("selection", "over", "message"),
    [
        ("adam", "rate", "unknown hyperparameter of optimizer 'adam' in --over: 'rate'."),
        ("adam", "a,b,c", "--over takes one hyperparameter or two. Received: a, b, c."),
        ("adam", "=1", "cannot read --over '=1'"),
        ("adam", "learning_rate=", "cannot read --over 'learning_rate='"),
        ("adam", "learning_rate=0.1", "learning_rate of optimizer 'adam' must have two values or more to be swept"),
        ("adam", "learning_rate=1e-9,0.1", "learning_rate of optimizer 'adam' must be a number from 1e-05 to 10"),
        ("nope", "learning_rate", "unknown optimizer 'nope'"),
    ],
)
def test_what_cannot_be_swept_is_one_line(selection: str, over: str, message: str, bundled: Registry) -> None:
    with pytest.raises(BenchsuiteError) as caught:
        curves(bundled, selection, over)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_joined_components_are_refused(bundled: Registry) -> None:
    with pytest.raises(BenchsuiteError, match=r"^a sweep varies one component\. Received: 'dropout\+l2'"):
        curves(bundled, "dropout+l2", "rate", 3, "regularization")
