"""Searches that learn: a few proposals are under way at any time, and each one that is told makes room for the next."""

import benchsuite as bs


class Window:
    """The part that all such searches share. A subclass says where to go next, and takes what came of it.

    Args:
        problem: What is searched.
        width: Proposals under way at once: its own constant, whatever the number of workers.
    """

    def __init__(self, problem, width):
        self.problem = problem
        self._room, self._left = width, problem.budget

    def ask(self):
        """Return as many proposals as there is room for, within the budget."""
        count = min(self._room, self._left)
        self._room, self._left = self._room - count, self._left - count
        return [bs.Proposal(tuple(self.next_point())) for _ in range(count)]

    def tell(self, scored):
        """Learn what came of the next one."""
        self._room += scored.own
        self.learn(scored)

    def next_point(self):
        """Return the next point, given all that was learned; it is under way from then on."""
        raise NotImplementedError

    def learn(self, scored):
        """Take what came of a point."""
        raise NotImplementedError
