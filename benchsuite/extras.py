"""What a run keeps of each trial beside its record: trained weights, probes. No extra changes a trial's numbers or its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from benchsuite.record import Record

LAST = "last"
ALL = "all"


@dataclass(frozen=True)
class Extras:
    """What to keep.

    Args:
        weights: Whether the trained weights are stored, as ``weights/…/<id>.npz``.
        probe: Epochs after which layers are probed, as the user names them: numbers from 0 and ``last``, separated by
            commas, or ``all``; empty for none.
        predictions: Whether outputs for the validation and the test part are stored, as ``predictions/…/<id>.npz``.

    Raises:
        BenchsuiteError: If the epochs are not so.
    """

    weights: bool = False
    probe: str = ""
    predictions: bool = False

    def __post_init__(self) -> None:
        for word in self._words:
            if word not in (ALL, LAST) and not word.isdecimal():
                raise BenchsuiteError(
                    f"--probe takes epochs: numbers from 0 and {LAST!r}, separated by commas, or {ALL!r}. Received: {self.probe!r}."
                )

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Extras:
        """Return what a study asked for, by its options as study files have them; nothing where they mean nothing."""
        probe = options.get("probe", "")
        try:
            return cls(
                weights=options.get("store_weights") is True,
                probe=",".join(map(str, probe)) if isinstance(probe, tuple) else str(probe),
                predictions=options.get("store_predictions") is True,
            )
        except BenchsuiteError:  # whoever wrote the file
            return NOTHING

    def apart(self) -> dict[str, Extras]:
        """Return by name each thing that is asked for, alone: ``weights``, ``predictions``, ``probes``."""
        each = {
            "weights": Extras(weights=self.weights),
            "predictions": Extras(predictions=self.predictions),
            "probes": Extras(probe=self.probe),
        }
        return {name: one for name, one in each.items() if one}

    def with_all(self, other: Extras) -> Extras:
        """Return what keeps all that both keep."""
        more = [word for word in other._words if word not in self._words]
        return Extras(
            weights=self.weights or other.weights,
            probe=",".join([self.probe] * bool(self.probe) + more),
            predictions=self.predictions or other.predictions,
        )

    def flags(self, than: Extras) -> list[str]:
        """Return the words of a command that keep what another one does not.

        Args:
            than: What that one keeps.
        """
        return [
            *["--store-weights"] * (self.weights and not than.weights),
            *(() if set(self._words) <= set(than._words) else ("--probe", self.probe)),
            *["--store-predictions"] * (self.predictions and not than.predictions),
        ]

    @property
    def _words(self) -> list[str]:
        return [word.strip() for word in self.probe.split(",")] if self.probe else []

    def __bool__(self) -> bool:
        """Say whether anything is asked for."""
        return bool(self.weights or self.probe or self.predictions)

    def check(self, budgets: Iterable[int]) -> None:
        """Refuse epochs that no trial comes to.

        Args:
            budgets: Epochs of the trials.

        Raises:
            BenchsuiteError: If nothing would be probed.
        """
        longest = max(budgets, default=0)
        if self.probe and not any(self.probes(epoch, ends=epoch == longest) for epoch in range(longest + 1)):
            raise BenchsuiteError(
                f"--probe {self.probe} names no epoch of these trials: the longest has {longest}. "
                f"Write numbers from 0 to {longest}, {LAST!r} or {ALL!r}."
            )

    def probes(self, epoch: int, *, ends: bool = False) -> bool:
        """Say whether layers are probed after an epoch; ``ends`` says that training ends with it."""
        words = self._words
        numbers = {int(word) for word in words if word.isdecimal()}
        return ALL in words or epoch in numbers or (LAST in words and ends)

    def missing(
        self, record: Record, weights: bool, probed: Mapping[str, Any] | None, predictions: bool = False
    ) -> bool:
        """Say whether a trial that has a record must run again for what is to be kept.

        Args:
            record: Its record.
            weights: Whether its weights are stored.
            probed: Its probes, or ``None``.
            predictions: Whether its predictions are stored.
        """
        wanted_files = (self.weights and not weights) or (self.predictions and not predictions)
        if wanted_files and record.outcome.finished:
            return True
        if not self.probe or not record.outcome.trained or not record.curves.epochs:
            return False
        done = [int(epoch) for epoch in record.curves["epoch"]]
        wanted = {epoch for epoch in done if self.probes(epoch, ends=record.outcome.finished and epoch == done[-1])}
        return not wanted <= set(probed["epochs"] if probed else ())


NOTHING = Extras()
