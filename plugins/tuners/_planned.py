"""A search whose points are all known when it begins."""

import benchsuite as bs


class Planned:
    """Proposes all points at once, and learns nothing.

    Args:
        points: Rows of places from 0 to 1.
    """

    def __init__(self, points):
        self._left = [bs.Proposal(tuple(map(float, point))) for point in points]

    def ask(self):
        """Return all of them, once."""
        proposed, self._left = self._left, []
        return proposed

    def tell(self, scored):
        """Learn nothing."""
