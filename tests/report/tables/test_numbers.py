"""Numbers as a reader wants them."""

from __future__ import annotations

import math

import pytest

from benchsuite.report.tables.numbers import column_format, duration, milliseconds, percent, size, whole


@pytest.mark.parametrize(("values", "shown"), [
    ([0.98123, 0.5], "0.9812"), ([12.3456, 99.0], "12.35"), ([0.0123456], "0.01235"), ([1e-6], "1e-06"),
    ([-math.inf], "failed"), ([1234.5], "1234"), ([0.5, 1e-9], "0.5"), ([1.0, 0.98], "1.0000"),
])  # fmt: skip
def test_metric_values_have_four_digits(values: list[float], shown: str):
    assert column_format(values)(values[0]) == shown


def test_units():
    assert [duration(value) for value in (0.04, 41.3, 725, 12_000, 187_200)] == [
        "0.0 s", "41 s", "12 min 5 s", "3 h 20 min", "2 d 4 h",
    ]  # fmt: skip
    assert [size(value) for value in (12, 71_760, 8.8e6)] == ["12 B", "71.8 kB", "8.8 MB"]
    assert [milliseconds(value) for value in (0.0291, 12.34, 4321)] == ["0.0291 ms", "12.3 ms", "4,321 ms"]
    assert [whole(value) for value in (1797, 33.5)] == ["1,797", "33.5"]


def test_a_confidence_never_rounds_up_to_certainty():
    assert [percent(value) for value in (0.75, 0.9375, 0.99999)] == ["75 %", "93.7 %", "99.9 %"]
