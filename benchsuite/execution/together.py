"""Events, as many at a time as have happened already: the records of trials that ended together are written together."""

from __future__ import annotations

from collections.abc import Iterator

from benchsuite.execution.interface import Event, Executor, KnowsMore

MOST = 64
"""Events that are taken at once: whoever watches does not wait for more."""


def together(executor: Executor) -> Iterator[list[Event]]:
    """Yield events in the order in which they happen, several at once where the executor knows that there are more.

    None waits for one that has not happened yet, and none is lost: if reading them ends with an error, those that came before
    are yielded first.

    Args:
        executor: Whose events.

    Raises:
        BenchsuiteError: As :meth:`~benchsuite.execution.interface.Executor.events` does.
    """
    events = executor.events()
    knows = executor if isinstance(executor, KnowsMore) else None
    failure: BaseException | None = None
    over = False
    while not over:
        found: list[Event] = []
        try:
            for event in events:
                found.append(event)
                if knows is None or len(found) == MOST or not knows.more():
                    break
            else:
                over = True
        except BaseException as error:  # Ctrl-C too: what has ended is stored
            failure, over = error, True
        if found:
            yield found
        if failure is not None:
            raise failure
