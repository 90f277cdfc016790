"""Brackets of successive halving: many points are trained a little, the best of them more, the best of these to the end."""

import math
from collections import deque

import benchsuite as bs


def rungs(epochs, factor, most):
    """Return the epochs after which trainings stop, the last one the whole budget: each ``factor`` times the one before.

    Args:
        epochs: Whole budget.
        factor: From rung to rung.
        most: How many rungs there may be below the last.
    """
    found = [epochs]
    while len(found) <= most and found[0] / factor >= 1:
        found.insert(0, math.ceil(epochs / factor ** len(found)))
    return found


def entrants(count, factor, rung):
    """Return how many points reach a rung of a bracket that begins with ``count``."""
    return count // factor**rung if count >= factor**rung else 0


def cost(count, factor, stops):
    """Return what a bracket costs in epochs, whoever is promoted: each rung trains from the start."""
    return sum(entrants(count, factor, rung) * stop for rung, stop in enumerate(stops))


def largest(budget, factor, stops):
    """Return with how many points the largest bracket begins that costs at most ``budget`` epochs; 0 if none reaches its end."""
    count, least = 0, factor ** (len(stops) - 1)
    while cost(max(count + 1, least), factor, stops) <= budget:
        count = max(count + 1, least)
    return count


class Bracket:
    """One bracket.

    Args:
        points: Those that it begins with.
        factor: One of so many is promoted.
        stops: Its rungs.
        epochs: Whole budget.
    """

    def __init__(self, points, factor, stops, epochs):
        self._factor, self._stops, self._epochs = factor, stops, epochs
        self._count, self._rung = len(points), 0
        self._points, self._scores = points, []

    def proposals(self):
        """Return those of the present rung."""
        stop = self._stops[self._rung]
        return [bs.Proposal(point, None if stop == self._epochs else stop) for point in self._points]

    def tell(self, score):
        """Take the next score of the rung; return the proposals of the next rung after the last one."""
        self._scores.append(score)
        if len(self._scores) < len(self._points) or self._rung + 1 == len(self._stops):
            return []
        self._rung += 1
        order = sorted(
            (number for number, one in enumerate(self._scores) if one is not None),
            key=lambda number: (-self._scores[number], number),
        )
        promoted = order[: entrants(self._count, self._factor, self._rung)]
        self._points, self._scores = [self._points[number] for number in promoted], []
        return self.proposals()


class Brackets:
    """A search by brackets, all of which begin at once; what they leave of the budget goes to random points, trained whole.

    Args:
        problem: What is searched.
        factor: One of so many is promoted.
        plans: For each bracket how many points it begins with, and its rungs.
    """

    def __init__(self, problem, factor, plans):
        self._waiting = deque()
        self._next = []
        left = problem.budget * problem.epochs
        for count, stops in plans:
            points = [tuple(point) for point in problem.generator.random((count, len(problem.dimensions))).tolist()]
            bracket = Bracket(points, factor, stops, problem.epochs)
            self._propose(bracket, bracket.proposals())
            left -= cost(count, factor, stops)
        rest = problem.generator.random((left // problem.epochs, len(problem.dimensions)))
        self._propose(None, [bs.Proposal(tuple(point)) for point in rest.tolist()])

    def ask(self):
        """Return what was promoted since, and at the beginning all first rungs."""
        proposed, self._next = self._next, []
        return proposed

    def tell(self, scored):
        """Give the score to the bracket that waits for it."""
        if not scored.own:
            return
        bracket = self._waiting.popleft()
        if bracket is not None:
            self._propose(bracket, bracket.tell(scored.score))

    def _propose(self, bracket, proposals):
        self._next += proposals
        self._waiting += [bracket] * len(proposals)
