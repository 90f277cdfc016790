"""A program: the compiled train and evaluate functions of one static signature, reset and reused for many trials.

One compiled call trains an epoch; Python touches nothing in between. Whatever can change without compiling again is
fed: data, batch order, learning rates, noise key, starting values. The rest is baked into the graph.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.components import Task
from benchsuite.data import Dataset, Prepared
from benchsuite.engine.fed.finding import RecipeFinding
from benchsuite.engine.fed.likeness import Likeness
from benchsuite.engine.fed.number import Number
from benchsuite.engine.ingredients import Ingredients
from benchsuite.engine.network.built import BuiltNetwork
from benchsuite.engine.program.after_steps import AfterSteps
from benchsuite.engine.program.checks import check_codes, check_metrics, check_targets
from benchsuite.engine.program.evaluate_call import EvaluateCall
from benchsuite.engine.program.evaluation import Evaluation
from benchsuite.engine.program.evaluation_weights import STATISTICS_BATCHES, EvaluationWeights
from benchsuite.engine.program.feed import Feed, make_feed, widened
from benchsuite.engine.program.inspection import Inspection
from benchsuite.engine.program.objective import Objective
from benchsuite.engine.program.optimizer import ResettableOptimizer
from benchsuite.engine.program.probes import Probes
from benchsuite.engine.program.refusals import refusing
from benchsuite.engine.program.stored import NotStorable, restored, stored
from benchsuite.engine.program.train_call import EpochEnd, TrainCall
from benchsuite.engine.program.training import Training
from benchsuite.engine.seeds import Streams

OUTPUTS_AT_ONCE = 256


class Program:
    """A network, its optimizer and their two compiled functions.

    Args:
        task: The task.
        ingredients: What the recipe made.
        dataset: For sizes, shapes and types; the values are fed.
        input_shape: Of one example after preprocessing.
        batch_size: Examples a step.
        precision: ``float32`` or ``bfloat16`` (variables stay float32).
        device: TensorFlow device to run on.
        resident_bytes: Examples up to this size lie on the device as a whole, larger ones are streamed.

    Raises:
        Unsupported: If the recipe does not apply to the network.
        BenchsuiteError: If data do not fit the network, or ``make`` returned something that its kind does not allow.
    """

    @refusing
    def __init__(
        self,
        task: Task,
        ingredients: Ingredients,
        dataset: Dataset,
        input_shape: tuple[int, ...],
        batch_size: int,
        precision: str,
        device: str,
        resident_bytes: int,
    ) -> None:
        import tensorflow as tf

        self._tf = tf
        self.task = task
        self.dataset = dataset
        self.device = device
        self._resident_bytes = resident_bytes
        # A fixed rule, never a timing decision: XLA on the CPU cannot thread convolutions inside a loop and is 30 times slower there.
        self.xla = task.xla or "CPU" not in device
        self.feeding = ingredients.feeding
        """The values of the hyperparameters that it is fed."""
        self.broken_promise: str | None = None
        """What a first look found to be wrong with it; empty if nothing, ``None`` before one."""
        self.likenesses: Sequence[Likeness] = ()
        """What its components' objects have in common with those that other numbers make."""
        with tf.device(device):
            self.feeding.place()
            self.network = BuiltNetwork(task, ingredients, input_shape, dataset.input_type, precision)
            self.objective = Objective(task, ingredients, self.network, self.xla)
            self.optimizer = ResettableOptimizer(ingredients, self.network.trainable)
            self.after = AfterSteps(ingredients.after_steps, self.network.trainable, self.network.kernels)
        self.classes = self.objective.classes(dataset.y)
        self._check_data(ingredients)
        self.batch_size = batch_size
        batches = dataset.sizes[0] // batch_size
        self.training = Training(self.objective, self.optimizer, self.after, self.classes, dataset.symbols)
        self.evaluation_weights = EvaluationWeights(self.objective, self.optimizer, self.after, batches, batch_size)
        self._train = TrainCall(self.training, batch_size, self.xla)
        self._evaluate = EvaluateCall(task, self.objective, self.evaluation_weights, dataset, self.xla)
        self._probes: Probes | None = None  # made when asked for: they cost nothing otherwise
        self._inspection: Inspection | None = None  # likewise
        self._key = tf.constant(0, tf.int64)
        self.kept_as = ""
        """Name under which it is to be kept on the disk once it was compiled, if it is."""
        self.lanes: dict[int, Any] = {}
        """What trains several of its trials at once, once it was made: number of lanes → lane program, or why there is none."""

    @property
    def traces(self) -> int:
        """How often its two functions were traced."""
        return self._train.traced.traces + self._evaluate.traced.traces

    @property
    def traced(self) -> tuple[Any, ...]:
        """The traces of both functions, as TensorFlow made them: the first to train, the last to evaluate."""
        return (*self._train.traced.found, *self._evaluate.traced.found)

    def trace_only(self, feed: Feed, steps: int) -> None:
        """Trace both functions, unless that was done; nothing is compiled."""
        with self._tf.device(self.device):
            self._train.compile(feed, steps, self._key, False)
            self._evaluate.compile(feed, self._key, False)

    @property
    def evaluation(self) -> Evaluation:
        """What is measured, on which examples."""
        return self._evaluate.evaluation

    def serves(self, values: Mapping[str, Number]) -> bool:
        """Say whether it may be fed other numbers: it would be the same program, had it been made for them."""
        return self.feeding.serves(values) and all(one.serves(values) for one in self.likenesses)

    @property
    def _variables(self) -> dict[str, Any]:
        """Every variable that its functions may be given, by a name that it has in each process."""
        groups: dict[str, dict[Any, Any]] = {
            "model": dict(enumerate(self.network.model.variables)),
            "optimizer": dict(enumerate(self.optimizer.made.variables)),
            "after": dict(enumerate(self.after.variables)),
            "fed": self.feeding.placed,
        }
        return {f"{group} {place}": one for group, held in groups.items() for place, one in held.items()}

    def stored(self) -> dict[str, bytes]:
        """Return what another process needs instead of a trace: its functions, what it is fed, and what it answered.

        Raises:
            NotStorable: If they are given something that no variable of the program is, or were not called yet.
        """
        functions = {"train": self._train.traced.canonical(), "evaluate": self._evaluate.traced.canonical()}
        if any(len(called) != 1 for called in functions.values()):
            raise NotStorable("it has not one function of each")
        files, shapes, variables = dict[str, bytes](), dict[str, int](), self._variables
        for name, called in functions.items():
            ((shapes[name], function),) = called.items()
            files[name] = stored(function, variables)
        about = {"fed": sorted(self.feeding.fed), "answered": self.feeding.answered(), "shapes": shapes}
        return {"about": json.dumps(about).encode(), **files}

    def adopt(self, files: Mapping[str, bytes]) -> None:
        """Call functions that another process traced, and take the questions for answered that were asked there.

        Args:
            files: What :meth:`stored` returned of a program that was made of the same.

        Raises:
            NotStorable: If its variables are others.
        """
        about, variables = json.loads(files["about"]), self._variables
        for name, traced in (("train", self._train.traced), ("evaluate", self._evaluate.traced)):
            traced.adopt(about["shapes"][name], restored(files[name], variables))
        self.feeding.believe(about["answered"])

    def draw_with(self, key: Any) -> None:
        """Draw noise with another key from now on."""
        self._key = key

    def _check_data(self, ingredients: Ingredients) -> None:
        check_codes(self.task, self.dataset.x, self.network.model)
        if ingredients.loss_component is not None:
            outputs = tuple(self.network.model.outputs[0].shape[1:])
            check_targets(self.task, self.dataset.y, outputs, ingredients.loss_component.targets)
            check_metrics(self.task, self.dataset.y, outputs)

    def reset(
        self,
        streams: Streams,
        initializer: Any,
        ingredients: Ingredients,
        prepared: Prepared | None = None,
        weights: Path | None = None,
        lengths: tuple[int, int] | None = None,
    ) -> None:
        """Assign fresh starting values to everything that training changed; afterwards the program is as good as new.

        Args:
            streams: The trial's seed streams.
            initializer: What the recipe's initializer component made.
            ingredients: The trial's, for its learning rate.
            prepared: The trial's data, if they are others than before: parts of the same sizes and shapes.
            weights: Folder of stored weights, for initializers that take them.
            lengths: Steps of an epoch and of the whole budget, for regularizations that ask; those of one call unless given.

        Raises:
            ConfigurationChanged: If the new optimizer differs in more than its learning rate: a new program is needed.
            Unsupported: If the initializer is nothing for this network.
        """
        if prepared is not None and prepared.dataset is not self.dataset:  # another fold
            self.dataset = prepared.dataset
            self._evaluate.measure(self.dataset)
        self._train.lengths = lengths
        examples = (prepared.x if prepared else self.dataset.x)[self.dataset.part("train")]
        with self._tf.device(self.device):
            self.network.start(streams, initializer, examples, weights)
            self.optimizer.reset(ingredients)
            self.after.reset(ingredients.after_steps)
            self._key = self._tf.constant(streams.noise_key(), self._tf.int64)

    def upload(self, x: np.ndarray, before: Feed | None = None) -> Feed:
        """Make inputs and targets ready for the device, once for many trials.

        Args:
            x: Inputs.
            before: What an earlier call returned for them, perhaps of another program: it serves again if it reaches.
        """
        head = STATISTICS_BATCHES * self.batch_size
        if before is not None and before.reaches(head):
            return before
        with self._tf.device(self.device):
            return make_feed(x, self.dataset.y, self.device, head, self._resident_bytes)

    def trace(self, feed: Feed, steps: int, found: RecipeFinding) -> dict[str, str]:
        """Trace both functions; return the hyperparameters that cannot be fed to them, with the reason.

        Args:
            feed: Inputs and targets.
            steps: Of an epoch.
            found: What was found of the recipe's components.
        """
        feeding = self.feeding
        feeding.tracing = True
        try:
            self.trace_only(feed, steps)
        finally:
            feeding.tracing = False
        # What was taken as a tensor while something was made stays as it is; guards saw what decides and is nothing else.
        lost = dict.fromkeys(feeding.eager & feeding.fed, "it is made a tensor before the program runs")
        lost |= dict.fromkeys(
            feeding.fed - feeding.entered - (feeding.asked & found.direct), "nothing in the compiled functions takes it"
        )
        return lost | {name: f"its value is read: {how}" for name, how in feeding.reads.items()}

    @refusing
    def compile(self, feed: Feed, steps: int) -> float:
        """Trace and compile both functions without training a step; return the seconds it took (next to none if done before)."""
        started = time.perf_counter()
        with self._tf.device(self.device):
            self._train.compile(feed, steps, self._key)
            self._evaluate.compile(feed, self._key)
        return time.perf_counter() - started

    @refusing
    def train(self, feed: Feed, order: np.ndarray, rates: np.ndarray, step: int, bound: float) -> EpochEnd:
        """Train on the batches of ``order``.

        Args:
            feed: Inputs and targets.
            order: int32 ``[steps, batch]``, positions of examples.
            rates: float32 ``[steps]``, learning rate of each step.
            step: Steps done before, for the noise stream.
            bound: Training stops after a batch whose loss exceeds it or is not finite.
        """
        with self._tf.device(self.device):
            return self._train(feed, order, rates, step, bound, self._key)

    def evaluate(self, feed: Feed) -> dict[str, float]:
        """Return every measure of every part, such as ``test_accuracy``, with the evaluation weights."""
        with self._tf.device(self.device):
            return self._evaluate(feed, self._key)

    def weights(self, feed: Feed) -> dict[str, np.ndarray]:
        """Return a copy of what every layer is evaluated with: see :meth:`BuiltNetwork.used_values`."""
        with self._tf.device(self.device), self.evaluation_weights.held(*feed.head, self._key):
            return self.network.used_values()

    def outputs(self, feed: Feed, x: np.ndarray) -> np.ndarray:
        """Return the model's outputs for some examples in evaluation mode, float32."""
        tf, found = self._tf, []
        with tf.device(self.device), self.evaluation_weights.held(*feed.head, self._key):
            for start in range(0, len(x), OUTPUTS_AT_ONCE):
                piece = tf.constant(widened(x[start : start + OUTPUTS_AT_ONCE]))
                with noise.stream(self._key, tf.constant(start // OUTPUTS_AT_ONCE, tf.int64), noise.Owner.EVALUATION):
                    outputs = self.network.model(piece, training=False)
                found.append(np.asarray(tf.cast(outputs, tf.float32)))
        return np.concatenate(found)

    @property
    def inspection(self) -> Inspection:
        """What can be looked at in its network beside training, the same each time."""
        if self._inspection is None:
            self._inspection = Inspection(self.objective)
        return self._inspection

    @property
    def key(self) -> Any:
        """The key that noise is drawn with, an int64 scalar."""
        return self._key

    @property
    def lengths(self) -> tuple[int, int] | None:
        """Steps of an epoch and of the whole budget, for regularizations that ask; ``None`` for those of one call."""
        return self._train.lengths

    @lengths.setter
    def lengths(self, lengths: tuple[int, int] | None) -> None:
        self._train.lengths = lengths

    def probe(self, feed: Feed) -> dict[str, list[float | None]]:
        """Return what goes on in each layer on the first training examples: see :mod:`benchsuite.engine.program.probes`."""
        if self._probes is None:
            self._probes = Probes(self.objective, self.dataset.sizes[0])
        with self._tf.device(self.device):
            return self._probes(*feed.head, self._key)
