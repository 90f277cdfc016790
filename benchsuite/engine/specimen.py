"""A specimen: the network of one trial, in this process, to look at and to train: what claims and diagnoses are made of.

It is the trial's own program with the starting values of its seed, and :meth:`Specimen.train` is the way of any trial: whatever
was looked at before, a specimen trained to its end has the curves of that trial, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping

import numpy as np

from benchsuite.components import Monitor, Task
from benchsuite.components.fields import shown
from benchsuite.curves import PARTS
from benchsuite.engine.epochs import Course, Diverged, bound_of, evaluated, train_epoch
from benchsuite.engine.keep import Keeper
from benchsuite.engine.program.feed import widened
from benchsuite.engine.program.trial_state import TrialState
from benchsuite.engine.ran import Probed
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.results import Logbook
from benchsuite.engine.specimen_run import SpecimenRun
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.extras import Extras
from benchsuite.outcomes import Outcome
from benchsuite.text import as_reason, text_of


class Specimen:
    """A network of one recipe on one task at one seed; see :class:`benchsuite.components.lab.Specimen`.

    Several specimens may share a program: each puts its state aside when another one is used.

    Args:
        task: Its task.
        ready: Its trial, with the starting values of its seed.
        monitors: What acts between epochs.
        holders: Number of each program → the specimen whose state it holds.
    """

    def __init__(
        self,
        task: Task,
        ready: ReadyTrial,
        monitors: list[Monitor],
        holders: MutableMapping[int, Specimen],
    ) -> None:
        self._task, self._own, self._holders = task, ready, holders
        self._aside: TrialState | None = None
        """Its state, while its program holds another's."""
        self._restores = any(monitor.restores_best for monitor in monitors)
        self._best: tuple[float, np.ndarray] = (math.inf, np.empty(0))
        self._logbook = Logbook(task.measures)
        self._course = Course(ready.plan, monitors, self._logbook, self._keeper(""))
        self._epoch = 0
        self._measured = self._over = False
        self._looked = 0
        """How often it was looked at in training: each time draws other masks."""
        holders[id(ready.program)] = self

    def put_aside(self) -> None:
        """Leave the program to another specimen."""
        if self._holders.get(id(self._own.program)) is self:
            self._aside = TrialState.of(self._own.program)
            del self._holders[id(self._own.program)]

    @property
    def _ready(self) -> ReadyTrial:
        """Its trial, whose program holds its own state."""
        holder = self._holders.get(id(self._own.program))
        if holder is not self:
            if holder is not None:
                holder.put_aside()
            assert self._aside is not None
            self._aside.put(self._own.program)
            self._holders[id(self._own.program)] = self
        return self._own

    @property
    def size(self) -> int:
        """How many numbers are trained."""
        return self._own.program.network.parameters

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Name → shape of each trained variable, in the order of :attr:`weights`."""
        network = self._own.program.network
        names = {id(variable): name for name, variable in network.names.items()}
        return {names[id(variable)]: tuple(variable.shape) for variable in network.trainable}

    @property
    def weights(self) -> np.ndarray:
        """All trained numbers, float32 ``[size]``, a copy; may be assigned."""
        values = [np.asarray(variable.numpy(), "float32") for variable in self._ready.program.network.trainable]
        return np.concatenate([value.reshape(-1) for value in values])

    @weights.setter
    def weights(self, weights: np.ndarray) -> None:
        given = self._vector("weights", weights)
        self._assign(given)
        self._measured = False

    def _assign(self, weights: np.ndarray) -> None:
        start = 0
        for variable in self._ready.program.network.trainable:
            stop = start + int(np.prod(variable.shape))
            variable.assign(weights[start:stop].reshape(tuple(variable.shape)))
            start = stop

    def arrays(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        """Return prepared inputs and targets of a part: ``train``, ``validation`` or ``test``.

        Raises:
            BenchsuiteError: If there is no such part.
        """
        if part not in PARTS:
            raise unknown("part", str(part), PARTS)
        prepared = self._own.prepared
        where = prepared.dataset.part(part)
        return np.array(prepared.x[where]), np.array(prepared.dataset.y[where])

    def outputs(self, inputs: np.ndarray, *, training: bool = False) -> np.ndarray:
        """Return the network's outputs, float32; ``training`` switches masks and batch statistics on.

        In training mode all inputs are one batch, each call draws other masks, and no moving average is moved.
        """
        program, given = self._ready.program, self._inputs(inputs)
        if not training:
            return program.inspection.outputs(given, program.key)
        self._looked += 1
        return program.inspection.outputs_in_training(given, program.key, self._looked - 1)

    def loss(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss, as for evaluation: without penalties, masks and batch statistics."""
        program = self._ready.program
        return program.inspection.loss(*self._examples(inputs, targets), program.key)

    def gradient(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of :meth:`loss` for all trained numbers, float32 ``[size]``."""
        program = self._ready.program
        return program.inspection.gradient(*self._examples(inputs, targets), program.key).astype("float32")

    def curvature(self, vector: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the Hessian of :meth:`loss` times a vector, float32 ``[size]``."""
        program, given = self._ready.program, self._vector("the vector", vector)
        found = program.inspection.curvature(given, *self._examples(inputs, targets), program.key)
        return found.astype("float32")

    def hidden(self, inputs: np.ndarray) -> Mapping[str, np.ndarray]:
        """Return what each hidden layer gives, after its activation: name → float32 ``[examples, …]``, inputs first."""
        program = self._ready.program
        return program.inspection.hidden(self._inputs(inputs), program.key)

    def train(self, epochs: int | None = None, *, probe: str = "") -> SpecimenRun:
        """Train from the present weights: all that is left of the budget, or so many epochs of it.

        The run begins with what is measured before. Optimizer and schedule go on where they were; after weights were assigned,
        too.

        Args:
            epochs: From 0; all that are left unless given.
            probe: After which epochs of the budget layers are probed, such as ``"0,last"``.

        Raises:
            BenchsuiteError: If not so many are left.
        """
        left = 0 if self._over else self._own.plan.trial.longest - self._epoch
        wanted = left if epochs is None else epochs
        if not isinstance(wanted, int) or isinstance(wanted, bool) or not 0 <= wanted <= left:
            raise BenchsuiteError(
                f"epochs to train must be a whole number from 0 to those that are left, {left} of "
                f"{self._own.plan.trial.longest}. Received: {shown(epochs)}. A larger budget: knobs={{'epochs': N}}."
            )
        ready, course = self._ready, self._course
        course.keeper = self._keeper(probe)
        first, reason = max(len(self._logbook) - 1, 0), ""
        try:
            if not self._measured:
                first = len(self._logbook)
                self._measure_anew(ready)
            for _ in range(wanted):
                train_epoch(ready, course, self._epoch + 1)
                self._epoch += 1
                if not self._noted(course.measured(self._epoch, evaluated(ready, course))):
                    break
            course.keeper.ended(self._epoch)
        except Diverged as error:
            self._over, reason = True, as_reason(text_of(error))
        return SpecimenRun(
            task=self._task,
            values={name: row[first:] for name, row in self._logbook.values.items()},
            ended=Outcome.DIVERGED if reason else Outcome.COMPLETED,
            reason=reason,
            restored=self._restores and self._over,
            probed=self._probed(),
        )

    def _measure_anew(self, ready: ReadyTrial) -> None:
        """Measure the present weights: of a trial that begins, or of weights that were assigned."""
        values = evaluated(ready, self._course)
        if self._epoch == 0 and not len(self._logbook):
            self._course.measured(0, values)
        else:
            self._logbook.add(self._epoch, None, values)
            self._course.bound = bound_of(values["train_loss"])
        self._measured = True

    def _noted(self, goes_on: bool) -> bool:
        """Take the end of an epoch: keep its weights if they may be put back, and put the best back where training is over."""
        if self._restores:
            validation = self._logbook.values["validation_loss"][-1]
            loss = math.inf if validation is None else float(validation)
            if loss < self._best[0]:
                self._best = loss, self.weights
        self._over = not goes_on
        if self._over and self._restores and len(self._best[1]):
            self._assign(self._best[1])
        return goes_on

    def _keeper(self, probe: str) -> Keeper:
        return Keeper(Extras(probe=probe), self._own, restores=False)

    def _probed(self) -> Probed | None:
        return self._course.keeper.probed

    def _vector(self, what: str, given: np.ndarray) -> np.ndarray:
        vector = np.asarray(given)
        if vector.shape != (self.size,) or vector.dtype not in (np.float32, np.float64):
            raise BenchsuiteError(
                f"{what} must be float32 or float64 [{self.size}], one number for each that is trained. "
                f"Received: {vector.dtype} {list(vector.shape)}."
            )
        return vector.astype("float32")

    def _inputs(self, inputs: np.ndarray) -> np.ndarray:
        return _like("inputs", inputs, self._own.prepared.x)

    def _examples(self, inputs: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = self._inputs(inputs), _like("targets", targets, self._own.prepared.dataset.y)
        if len(x) != len(y):
            raise BenchsuiteError(
                f"there must be as many targets as inputs. Received: {len(x)} inputs, {len(y)} targets."
            )
        return x, y


def _like(what: str, given: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return examples in the type in which a network takes them.

    Raises:
        BenchsuiteError: If they have another shape than those of the task, or there are none.
    """
    array, wanted = np.asarray(given), widened(known[:1])
    if array.shape[1:] != wanted.shape[1:] or array.ndim != wanted.ndim or not len(array):
        sizes = "".join(f", {size}" for size in wanted.shape[1:])
        raise BenchsuiteError(
            f"{what} must be [examples{sizes}], at least one example, as specimen.arrays gives them. Received: {list(array.shape)}."
        )
    return array.astype(wanted.dtype, copy=False)
