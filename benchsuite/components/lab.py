"""What a claim's functions are given: the runs of one seed, and a lab in which networks can be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from benchsuite.spaces import Value


class Run(Protocol):
    """What came of one arm on one seed: the record of a trial, or a training in a lab."""

    @property
    def failed(self) -> bool:
        """Whether it did not complete: it diverged, crashed, ran out of time or memory."""
        ...

    @property
    def outcome(self) -> str:
        """How it ended, in one word: ``completed``, ``diverged``, …"""
        ...

    @property
    def score(self) -> float:
        """The task's primary measure on the test part after the last epoch, larger better; −∞ if it failed."""
        ...

    def final(self, measure: str) -> float:
        """Return a measure such as ``test_accuracy`` or ``train_loss`` after the last epoch; NaN if it failed."""
        ...

    def best(self, measure: str) -> float:
        """Return a measure after the epoch with the best *validation* primary measure; NaN if it failed."""
        ...

    def curve(self, measure: str) -> Sequence[float]:
        """Return a measure after each evaluated epoch, epoch 0 among them; what a failed run got to is there."""
        ...

    @property
    def epochs(self) -> Sequence[int]:
        """The evaluated epochs, of the places of :meth:`curve`."""
        ...

    @property
    def steps(self) -> Sequence[int]:
        """The steps done after each of them."""
        ...

    def layers(self, measure: str, epoch: int) -> Sequence[float]:
        """Return what probes measured after an epoch (−1: the last one that was probed), layer by layer, inputs first.

        Measures: as ``docs/reference/record-format.md`` lists them, such as ``gradient_norm`` or ``activation_std``; NaN
        where a layer has none.
        """
        ...


class Specimen(Protocol):
    """A network of one recipe on one task at one seed, in this process: to look at, not to rank.

    It is built, started and trained by the engine exactly as the trial of that recipe, seed and budget.
    """

    @property
    def size(self) -> int:
        """How many numbers are trained."""
        ...

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Name → shape of each trained variable, in the order in which :attr:`weights` holds them."""
        ...

    @property
    def weights(self) -> np.ndarray:
        """All trained numbers, float32 ``[size]``; may be assigned, float32 or float64."""
        ...

    @weights.setter
    def weights(self, weights: np.ndarray) -> None: ...

    def arrays(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        """Return prepared inputs and targets of a part: ``train``, ``validation`` or ``test``."""
        ...

    def outputs(self, inputs: np.ndarray, *, training: bool = False) -> np.ndarray:
        """Return the network's outputs, logits for classes; ``training`` switches masks and batch statistics on."""
        ...

    def loss(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss, as for evaluation: without penalties, masks and batch statistics."""
        ...

    def gradient(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of :meth:`loss` for all trained numbers, float32 ``[size]``."""
        ...

    def curvature(self, vector: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the Hessian of :meth:`loss` times a vector, float32 ``[size]``."""
        ...

    def hidden(self, inputs: np.ndarray) -> Mapping[str, np.ndarray]:
        """Return what each hidden layer gives for inputs, after its activation: name → ``[examples, …]``, inputs first."""
        ...

    def train(self, epochs: int | None = None) -> Run:
        """Train from the present weights by the engine's own program: all that is left of the budget, or so many epochs of it."""
        ...


class Lab(Protocol):
    """Where a claim's computations, and diagnoses, get their networks."""

    def specimen(
        self,
        task: str,
        recipe: Mapping[str, str] | None = None,
        *,
        knobs: Mapping[str, Value] | None = None,
        seed: int = 0,
    ) -> Specimen:
        """Return a network with its starting values.

        Args:
            task: Name of a task.
            recipe: Kind → selection, what differs from the task's baseline.
            knobs: ``batch_size``, ``epochs`` and the task's own knobs.
            seed: Of starting values, order of examples and noise.
        """
        ...

    def make(self, kind: str, selection: str) -> object:
        """Return what a component's ``make`` gives, with the hyperparameters of the selection, such as ``orthogonal[gain=1]``."""
        ...
