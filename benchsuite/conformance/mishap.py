"""An error that a promise met, and the finding that it becomes: short, with the author's line and the likely mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchsuite.conformance.finding import Finding
from benchsuite.conformance.likely_mistakes import cure_of
from benchsuite.conformance.mistake import Seen
from benchsuite.conformance.places import NOWHERE, Own, Place, place_called, place_in
from benchsuite.engine.ending import Account
from benchsuite.engine.ran import Ran
from benchsuite.engine.session import Session
from benchsuite.errors import BenchsuiteError
from benchsuite.text import as_reason, shortened, text_of, traceback_of

LONGEST_PROBLEM = 220
"""Letters of what others say happened, beyond the first sentence: three lines of a terminal."""
LONGEST_SAID = 4_000
"""And of all that is kept of an error."""
LONGEST_TRACEBACK = 2**20
MOST_CAUSES = 20
CALLING = re.compile(
    r"Exception encountered when calling [^\n]*\n+(?P<said>.*?)(?:\n+Arguments received by .*)?\Z", re.DOTALL
)
"""What Keras writes around the error of a layer."""
INFERRING = re.compile(
    r"Could not automatically infer the output shape.*?Error encountered:\s*(?P<said>.*)\Z", re.DOTALL
)
"""And around one that came up while it asked what shape the layer gives."""
TOLD = ("Received", "Known", "Possible")
"""With which a sentence begins that says no cure."""
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Mishap:
    """What is kept of an error; the error itself would keep graphs alive.

    Args:
        types: Names of its class and of those of its causes, the error itself first.
        said: What it says.
        traceback: All of it.
        ours: Whether it is an error of this package, which says itself what to do.
    """

    types: tuple[str, ...]
    said: str
    traceback: str
    ours: bool = False

    @classmethod
    def of(cls, error: BaseException) -> Mishap:
        """Return what is kept of an error."""
        types = tuple(type.__dict__["__name__"].__get__(type(one)) for one in _with_causes(error))
        whole = shortened(traceback_of(error), LONGEST_TRACEBACK)
        return cls(types, text_of(error), whole, isinstance(error, BenchsuiteError))

    @property
    def brief(self) -> str:
        """What happened, in one line: of ours all of it, of others their first sentences."""
        said = in_brief(self.said)
        text = said if self.ours and said else f"{self.types[0]}: {said}" if said else self.types[0]
        text = as_reason(text, LONGEST_SAID)
        return text if self.ours else _sentences(text)

    def finding(self, promise: str, own: Own, component: Any, before: str = "", at: Place | None = None) -> Finding:
        """Return the finding that it becomes.

        Args:
            promise: The promise that it broke.
            own: Says which files are the author's.
            component: What was tried: the place of what is called is named where no line of the author's raised.
            before: What the problem begins with.
            at: What is to blame where no line of the author's raised; the function that is called of the component unless given.
        """
        raised = place_in(self.traceback, own)
        place = raised or at or place_called(component) or NOWHERE
        kind = str(getattr(component, "kind", ""))
        seen = Seen(kind, self.types, self.said, self.traceback, raised, place.source if raised else "")
        known = place is not NOWHERE
        problem, cure = self.brief, cure_of(seen)
        if self.ours and not cure:
            problem, cure = with_its_cure(problem)
        source = place.source if known else ""
        return Finding(promise, before + problem, self.traceback, str(place) if known else "", cure, source)


def with_its_cure(said: str) -> tuple[str, str]:
    """Take the last sentence off an error of ours: it says what to do; empty where it tells what was received."""
    *cause, last = re.split(r"(?<=[.!?]) (?=[A-Z])", said)
    return (" ".join(cause), last) if cause and not last.startswith(TOLD) else (said, "")


def in_brief(said: str) -> str:
    """Return what an error says without what Keras and TensorFlow write around it."""
    said = COLOURS.sub("", said)
    for _ in range(5):  # a layer within a layer
        match = CALLING.match(said.strip()) or INFERRING.match(said.strip())
        if match is None:
            break
        said = match["said"]
    if said.lstrip().startswith("in user code:"):
        said = said.strip().rsplit("\n\n", 1)[-1]
    return as_reason(said.strip().split("\n\n")[0], LONGEST_SAID)


def _sentences(text: str) -> str:
    """Return as many of a text's first sentences as there is room for, the first one in any case."""
    kept, *others = re.split(r"(?<=[.!?:;]) (?=[A-Z`'<])", text)
    for other in others:
        if len(kept) + len(other) >= LONGEST_PROBLEM:
            break
        kept += f" {other}"
    return kept.removesuffix(" You can attempt the following resolutions to the problem:")


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    known: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in known and len(known) < MOST_CAUSES:
        known.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


class WatchedSession(Session):
    """A session that keeps the last error whole, where a trial's record keeps a part of it."""

    mishap: Mishap | None = None

    def _failed(self, account: Account, error: BaseException) -> Ran:
        self.mishap = Mishap.of(error)
        return super()._failed(account, error)
