"""How much one figure may draw, so that a page opens however many figures, rows and seeds there are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """What one figure may draw. Medians and intervals are always over all seeds.

    Args:
        rows: Rows; of more, the best of each name and the baselines first.
        lines: Seeds whose curves are drawn one by one, of all rows together.
        points: Evaluations of all lines together.
        dots: Seeds whose test values are drawn one by one, of all rows together.
    """

    rows: int = 60
    lines: int = 400
    points: int = 5000
    dots: int = 1200

    def lines_of_each(self, rows: int) -> int:
        """Return how many seeds of a row are drawn as lines where there are so many rows: those with the lowest numbers."""
        return max(1, self.lines // max(rows, 1))

    def dots_of_each(self, rows: int) -> int:
        """Return how many seeds of a row are drawn as dots where there are so many rows: evenly spread over the ranks."""
        return min(MOST_DOTS, max(FEWEST_DOTS, self.dots // max(rows, 1)))


MOST_DOTS, FEWEST_DOTS = 60, 5
"""Of one row."""
WHOLE = Room()
"""The room of a figure that stands alone, or on a page with few others."""
LEAST = Room(rows=12, lines=24, points=1200, dots=120)
"""The room of a figure on a page with hundreds."""
FIGURES = 50
"""Up to so many figures have all the room that they want; more share it: some 15 MB."""


def room_of_each(figures: int) -> Room:
    """Return the room of each figure on a page that has so many."""
    rows, lines, points, dots = (
        max(getattr(LEAST, name), getattr(WHOLE, name) * FIGURES // max(figures, FIGURES))
        for name in Room.__dataclass_fields__
    )
    return Room(rows, lines, points, dots)
