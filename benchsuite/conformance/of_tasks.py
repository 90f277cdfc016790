"""What a task promises of its numbers: its network is the recipe's, its measures are means over examples, its test part is new."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite.components import InOrder, Metric, Task
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.of_variants import instances_are_what_they_say
from benchsuite.conformance.places import Place
from benchsuite.conformance.trying import Trying
from benchsuite.data import Dataset
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.session import NOTHING_TO_CHANGE

RECIPE = "its network is what the recipe says"
EACH = "its loss and metrics are of each example alone"
AGREES = "a better answer is better by each of its metrics"
LINEAR = "its network gives logits, no probabilities"
HOLDS = "no input is the target, and training knows the classes of the test part"
NEW = "its test part is new"
WHOLE = "no statistics of the test part are in its inputs"
ALONE, AMONG = 3, 8
MOST_KNOWN = 0.2
"""Of the test examples, targets included, so many may be in the training part by chance."""
FEW_INPUTS = 3
"""A task on so few different inputs is a function to minimize: there is nothing to keep apart."""

BLOCKS = (
    "Build hidden layers from blocks: blocks.dense(64)(x), blocks.conv(16)(x), blocks.output(10)(x). What keras.layers make gets no "
    "initializer, normalization, activation or regularization of a recipe, and all of these would tie."
)
SOFTMAX = (
    "Return what blocks.output(n) gives: losses and metrics of classes take linear outputs and apply the softmax themselves; applied "
    "twice it flattens every gradient."
)
COLUMN = "Leave the column of the targets out of x."
SORTED = "Shuffle the examples in data() with a generator of a fixed seed, or let bs.HoldOut draw the parts."
MOST_UNKNOWN = 0.1
BATCH = (
    "Return one number for each example, [batch]: the engine averages over whole parts. What averages over the batch itself depends on "
    "its size, and on the examples that fill up the last one."
)
TURNED = (
    "Say direction='min' of a metric that is smaller for better answers, or compute it the other way round: targets come "
    "first, outputs second."
)
APART = (
    "Drop examples that are there twice before data() returns, or say which belong together: bs.Arrays(x, y, groups=…)."
)
FIT = (
    "Leave inputs as they are and let a preprocessing scale them (baseline={'preprocessing': 'standardize'}): it is fitted on the "
    "training part alone. Targets: standardize_targets=True."
)


def task_measures_what_it_says(trying: Trying) -> list[Finding]:
    """Look at a task's network, at its measures on a few examples, and at its data."""
    task = trying.task
    ready = trying.session.ready(trying.trial(epochs=1))
    blame = Blame(task, trying.registry)
    return [
        _network(task, ready, blame),
        _measures(task, ready, blame),
        *_outputs(task, ready, blame),
        *_directions(task, ready, blame),
        *_data(task, ready.program.dataset, blame),
        *instances_are_what_they_say(task, blame),
    ]


def _network(task: Task, ready: ReadyTrial, blame: Blame) -> Finding:
    network = ready.program.network
    known = {id(kernel) for kernel in network.kernels}
    trained = {id(variable) for variable in network.trainable}
    own = [
        name
        for name, variable in network.names.items()
        if name.endswith("/kernel")
        and len(variable.shape) > 1
        and id(variable) in trained
        and id(variable) not in known
    ]
    idle = [kind for kind in task.compares if kind in NOTHING_TO_CHANGE and kind not in network.used]
    if own:
        problem = f"no block made {', '.join(own[:3])}"
        return blame.broken(RECIPE, problem, BLOCKS)
    if idle:
        missing = NOTHING_TO_CHANGE[idle[0]]
        return blame.broken(RECIPE, f"it compares {', '.join(idle)} and has no {missing}", BLOCKS)
    return Finding(RECIPE)


def _measures(task: Task, ready: ReadyTrial, blame: Blame) -> Finding:
    import tensorflow as tf

    program = ready.program
    among = min(AMONG, len(ready.feed.head[0]))
    x, y = (tensor[:among] for tensor in ready.feed.head)

    def measured(count: int) -> dict[str, Any]:
        losses, outputs = program.objective.losses(x[:count], y[:count], False)
        if callable(task.loss):  # before the engine averages
            losses = task.loss(program.network.model, (x[:count], y[:count]), False)
        found = {"loss": losses}
        for metric in task.metrics:
            assert isinstance(metric, Metric)
            given = (program.network.model, (x[:count], y[:count])) if outputs is None else (y[:count], outputs)
            found[metric.name] = metric.per_example(*given)
        return {name: tf.convert_to_tensor(value) for name, value in found.items()}

    many, few = measured(among), measured(min(ALONE, among))
    for name, value in many.items():
        if value.shape.rank == 0 or value.shape[0] != among:
            said = value.shape.as_list() or "one number"
            return blame.broken(EACH, f"of {among} examples {name} makes {said}", BATCH, _of(task, name, blame))
        one, other = np.array(value[:ALONE], float), np.array(few[name], float)
        if not np.allclose(one, other, rtol=1e-3, atol=1e-5, equal_nan=True):
            problem = f"{name} of {ALONE} examples alone is another than among {among}"
            return blame.broken(EACH, problem, BATCH, _of(task, name, blame))
    return Finding(EACH)


def _outputs(task: Task, ready: ReadyTrial, blame: Blame) -> list[Finding]:
    """Look at what the network gives for classes, before anything was learned."""
    x, y = (tensor[:AMONG] for tensor in ready.feed.head)
    _, outputs = ready.program.objective.losses(x, y, False)
    if outputs is None or callable(task.loss) or ready.program.dataset.y.dtype.kind != "i":
        return []
    found = np.array(outputs, float)
    if found.shape[-1] > 1 and (found >= 0).all() and np.allclose(found.sum(axis=-1), 1, atol=1e-4):
        return [blame.broken(LINEAR, "the outputs for each example add up to 1", SOFTMAX)]
    return [Finding(LINEAR)]


def _directions(task: Task, ready: ReadyTrial, blame: Blame) -> list[Finding]:
    """Show metrics the right answers, and wrong ones."""
    import tensorflow as tf

    x, y = (tensor[:AMONG] for tensor in ready.feed.head)
    _, outputs = ready.program.objective.losses(x, y, False)
    if outputs is None or callable(task.loss):
        return []
    found = np.array(outputs, float)
    targets = np.array(y)
    if ready.program.dataset.y.dtype.kind == "i":
        if found.ndim != targets.ndim + 1:
            return []
        # However many classes there are, the right one has most of the probability: a sure answer that is right is also calibrated.
        right = (4 + np.log(found.shape[-1])) * np.eye(found.shape[-1])[targets]
        wrong = np.roll(right, 1, axis=-1)
    elif found.shape == targets.shape:
        right, wrong = targets, targets + 3 * (np.std(targets) + 1)
    else:
        return []
    for metric in task.metrics:
        assert isinstance(metric, Metric)
        good, bad = (
            metric.finish(_mean(metric, metric.per_example(y, tf.constant(answers, outputs.dtype))), targets)
            for answers in (right, wrong)
        )
        if (good < bad) if metric.direction == "max" else (good > bad):
            problem = f"{metric.name} says {good:.4g} of right answers and {bad:.4g} of wrong ones, and '{metric.direction}' is better"
            return [blame.broken(AGREES, problem, TURNED, _of(task, metric.name, blame))]
    return [Finding(AGREES)]


def _mean(metric: Metric, values: Any) -> Any:
    """Return what ``finish`` is given: the mean over examples, or that of each number that the metric adds up."""
    found = np.array(values, float)
    return float(found.mean()) if metric.numbers is None else found.reshape(-1, metric.numbers).mean(axis=0)


def _of(task: Task, name: str, blame: Blame) -> Place | None:
    if name == "loss":
        return blame.method(task.loss) if callable(task.loss) else None
    found = [metric for metric in task.metrics if isinstance(metric, Metric) and metric.name == name]
    return blame.method(found[0].per_example) if found else None


def _data(task: Task, dataset: Dataset, blame: Blame) -> list[Finding]:
    x = np.ascontiguousarray(dataset.x.reshape(len(dataset.x), -1))
    y = np.ascontiguousarray(dataset.y.reshape(len(dataset.y), -1))
    train, test = dataset.part("train"), dataset.part("test")
    place = blame.method(task.data)
    if len({row.tobytes() for row in x[train]}) <= FEW_INPUTS:
        return []
    findings = []
    pairs = [one.tobytes() + two.tobytes() for one, two in zip(x, y, strict=True)]
    known = set(pairs[train])
    share = sum(pair in known for pair in pairs[test]) / max(1, len(pairs[test]))
    problem = f"{share:.0%} of the test examples are in the training part as well"
    if not isinstance(task.split, InOrder):  # there the author puts parts together, perhaps of the same on purpose
        findings.append(blame.broken(NEW, problem, APART, place) if share > MOST_KNOWN else Finding(NEW))
    findings.append(_holds(x, y, train, test, y.dtype.kind == "i", blame, place))
    if x.dtype == np.float32 and not dataset.symbols:
        findings.append(
            blame.broken(WHOLE, "mean 0 and variance 1 of all examples together, not of the training part", FIT, place)
            if _scaled_as_a_whole(x, x[train])
            else Finding(WHOLE)
        )
    return findings


def _holds(
    x: np.ndarray, y: np.ndarray, train: slice, test: slice, classes: bool, blame: Blame, place: Place | None
) -> Finding:
    if y.shape[1] == 1 and len(np.unique(y)) > 1:
        same = np.flatnonzero([np.array_equal(x[:, column], y[:, 0]) for column in range(x.shape[1])])
        if len(same):
            return blame.broken(HOLDS, f"input {same[0]} of {x.shape[1]} is the target of each example", COLUMN, place)
    if classes:
        share = float(np.mean(~np.isin(y[test], y[train])))
        if share > MOST_UNKNOWN:
            problem = f"{share:.0%} of the test part are of classes that the training part does not have"
            return blame.broken(HOLDS, problem, SORTED, place)
    return Finding(HOLDS)


def _scaled_as_a_whole(x: np.ndarray, train: np.ndarray) -> bool:
    mean, spread = x.mean(axis=0, dtype="float64"), x.std(axis=0, dtype="float64")
    varied = spread > 0
    own = np.abs(train.mean(axis=0, dtype="float64"))[varied]
    whole = (np.abs(mean[varied]) < 1e-5).all() and (np.abs(spread[varied] - 1) < 1e-3).all()
    return bool(varied.any() and whole and own.max() > 1e-3)
