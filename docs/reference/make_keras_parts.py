"""Try the parts that Keras ships, and those of packages that somebody has installed, and write docs/reference/keras-parts.md.

    python docs/reference/make_keras_parts.py [--known FILE] [FOLDER …]

A folder holds one package, as ``pip install --no-deps --target FOLDER PACKAGE`` leaves it; nothing is installed here. For each part the
lines of a ``make`` are tried in order, the plain ``return Part(…)`` first: a trial on a tiny task, one of another seed in the same
program, and the first one again, which must give the same bits. What works says how many lines it took beyond that one; what
does not says why. A file of verdicts (JSON) is read, and added to: what it knows is not tried again.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

import benchsuite as bs
from benchsuite.components import Component, Task
from benchsuite.engine.device import Device, configure
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.selection import baseline
from benchsuite.text import shortened
from benchsuite.trial import Trial

PAGE = Path(__file__).parent / "keras-parts.md"
LONGEST_REASON = 150
RATE = {"learning_rate": bs.LogUniform(1e-6, 10.0, default=0.01)}


@dataclass(frozen=True)
class Part:
    """Something to try.

    Args:
        kind: What it is tried as: a kind of component, or one of the words of :data:`WAYS`.
        name: As the page has it.
        call: What makes one, with ``part`` for the module.
        module: Where it is.
    """

    kind: str
    name: str
    call: str
    module: str = "keras"


@dataclass(frozen=True)
class Verdict:
    """What was found of a part.

    Args:
        part: The part.
        lines: Lines of ``make`` beyond the plain one; ``None`` if none of the ways works.
        what: What these do, or why none does.
    """

    part: Part
    lines: int | None
    what: str = ""


@dataclass(frozen=True)
class Way:
    """Lines of a ``make``.

    Args:
        kind: Of the component.
        lines: Its body, ``{call}`` for what makes the part.
        what: What the lines beyond the first do.
        fields: Of the component.
        task: Name of the tiny task.
    """

    kind: str
    lines: str
    what: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    task: str = "vectors"

    @property
    def more(self) -> int:
        """How many lines it has beyond the plain one."""
        return len(self.lines.strip().splitlines()) - 1


PLAIN = "return {call}"
BOTH = """layer = {call}
class Both:
    def batch(self, x, y, classes):
        both = layer({{"images": x, "labels": keras.ops.one_hot(y, classes)}}, training=True)
        return both["images"], both["labels"]
return Both()"""
PROBABILITIES = "loss = {call}\nreturn lambda y, z: loss(y, keras.ops.softmax(z))"
ONE_HOT = "loss = {call}\nreturn lambda y, z: loss(keras.ops.one_hot(y, z.shape[-1]), keras.ops.softmax(z))"
WAYS = {
    "optimizer": [Way("optimizer", PLAIN, fields={"space": RATE})],
    "optimizer without a rate": [Way("optimizer", PLAIN)],
    "schedule": [
        Way("schedule", PLAIN),
        Way(
            "schedule",
            "rates = {call}\nreturn lambda step, total_steps: keras.ops.convert_to_numpy(rates(step))",
            "calls it with the steps alone",
        ),
        Way("optimizer", "return keras.optimizers.SGD({call})", "inside an optimizer without a rate of its own"),
    ],
    "initializer": [Way("initializer", PLAIN)],
    "normalization": [
        Way("normalization", PLAIN),
        Way("normalization", PLAIN, fields={"on": "kernel", "replaces_bias": False}),
    ],
    "regularizer": [Way("regularization", PLAIN)],
    "constraint": [Way("regularization", PLAIN)],
    "activation": [
        Way("activation", PLAIN),
        Way(
            "activation",
            "f = lambda x: {call}(x)\nf.pieces = 2\nreturn f",
            "it takes two features for each that it gives",
        ),
    ],
    "loss": [
        Way("loss", PLAIN, fields={"targets": "values"}, task="values"),
        Way("loss", PLAIN, fields={"targets": "classes"}),
        Way("loss", PROBABILITIES, "gives it probabilities", {"targets": "classes"}),
        Way("loss", ONE_HOT, "gives it probabilities and one-hot targets", {"targets": "classes"}),
    ],
    "layer after activations": [
        Way("regularization", PLAIN),
        Way("regularization", PLAIN, task="sequences"),
        Way("regularization", PLAIN, task="images"),
    ],
    "layer on inputs and targets": [Way("regularization", BOTH, "hands it inputs and targets", task="images")],
    "layer on inputs": [
        Way(
            "regularization", "layer = {call}\nlayer.on = 'inputs'\nreturn layer", "says where it stands", task="images"
        ),
    ],
    "preprocessing": [Way("preprocessing", PLAIN)],
    "layer of a model": [
        Way("model", PLAIN),
        Way("model", PLAIN, task="sequences"),
        Way("model", PLAIN, task="images"),
        Way("model", PLAIN, task="symbols"),
    ],
}
"""What a part is → the ways in which it is tried, in order."""

GIVEN = {
    "LossScaleOptimizer": "keras.optimizers.Adam(learning_rate)",
    "MultiOptimizer": "keras.optimizers.OptimizerMap(keras.optimizers.Adam(0.01), {'.*bias': keras.optimizers.SGD(0.1)})",
    "CosineDecay": "1.0, 10",
    "CosineDecayRestarts": "1.0, 10",
    "ExponentialDecay": "1.0, 10, 0.5",
    "InverseTimeDecay": "1.0, 10, 0.5",
    "PiecewiseConstantDecay": "[5, 10], [1.0, 0.5, 0.25]",
    "PolynomialDecay": "1.0, 10",
    "GroupNormalization": "groups=2",
    "SpectralNormalization": "keras.layers.Dense(8)",
    "Dice": "axis=1, ",
    "Tversky": "axis=1, ",
    "L1L2": "1e-3, 1e-3",
    "Activation": "'tanh'",
    "AlphaDropout": "0.25",
    "Dropout": "0.25",
    "GaussianDropout": "0.25",
    "GaussianNoise": "0.25",
    "SpatialDropout1D": "0.25",
    "SpatialDropout2D": "0.25",
    "SpatialDropout3D": "0.25",
    "ActivityRegularization": "l2=1e-3",
    "CategoryEncoding": "num_tokens=8",
    "Discretization": "num_bins=4",
    "HashedCrossing": "num_bins=4",
    "Hashing": "num_bins=4",
    "Rescaling": "0.5",
    "Pipeline": "[keras.layers.Rescaling(0.5)]",
    "CenterCrop": "8, 8",
    "RandomCrop": "8, 8",
    "Resizing": "8, 8",
    "MaxNumBoundingBoxes": "4",
    "RandomBrightness": "0.2, value_range=(-3, 3)",
    "RandomColorDegeneration": "0.2, value_range=(-3, 3)",
    "RandomColorJitter": "value_range=(-3, 3), brightness_factor=0.2",
    "RandomContrast": "0.2, value_range=(-3, 3)",
    "RandomErasing": "value_range=(-3, 3)",
    "RandomGaussianBlur": "value_range=(-3, 3)",
    "RandomGrayscale": "0.5",
    "RandomHue": "0.2, value_range=(0, 1)",
    "RandomPosterization": "4",
    "RandomRotation": "0.2",
    "RandomSaturation": "0.2, value_range=(-3, 3)",
    "RandomSharpness": "0.2, value_range=(-3, 3)",
    "RandomShear": "0.2, 0.2",
    "RandomTranslation": "0.2, 0.2",
    "RandomZoom": "0.2",
    "Solarization": "value_range=(-3, 3)",
}
"""Arguments of those that cannot do without, or should do something."""
LOGITS = ("BinaryCrossentropy", "BinaryFocalCrossentropy", "SparseCategoricalCrossentropy")
MIXING = ("CutMix", "MixUp")
RECURRENT = ("LSTM(8, dropout=0.25)", "GRU(8, recurrent_dropout=0.25)", "SimpleRNN(8)")

PACKAGES: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "actix": (
        "actix",
        {"activation": ("OptimA()", "ParametricPolyTanh()", "AdaptiveRationalSoftsign()", "SinhGate()", "A_ELuC()")},
    ),
    "adabelief-tf": ("adabelief_tf", {"optimizer": ("AdaBeliefOptimizer(learning_rate, print_change_log=False)",)}),
    "adan-tensorflow": ("tf_adan.adan", {"optimizer": ("Adan(learning_rate)",)}),
    "alrelu-keras": ("alrelu_keras", {"activation": ("ALReLU()", "TrainableALReLU()")}),
    "ga-optimizer": (
        "ga_optimizer",
        {
            "optimizer": (
                "make_ga_optimizer(16, 8, keras.optimizers.Adam(learning_rate))",
                "Adam(2, learning_rate=learning_rate)",
            )
        },
    ),
    "keras-aug": (
        "keras_aug.layers.vision",
        {
            "layer on inputs": (
                "RandomFlip()",
                "GaussianBlur(3)",
                "GaussianNoise()",
                "RandomAffine(degree=15)",
                "RandomErasing()",
                "RandomGrayscale()",
            ),
            "layer on inputs and targets": ("CutMix()", "MixUp()"),
        },
    ),
    "keras-bcr": ("keras_bcr", {"layer after activations": ("BatchCorrRegularizer()",)}),
    "keras-custom": ("keras_custom.layers.numpy.ops", {"activation": ("Abs()",), "layer of a model": ("Arctan()",)}),
    "keras-efficient-kan": ("keras_efficient_kan", {"layer of a model": ("KANLinear(8)",)}),
    "keras-hub": (
        "keras_hub.layers",
        {
            "normalization": ("RMSNormalization(8)",),
            "layer of a model": (
                "SinePositionEncoding()",
                "TransformerEncoder(8, 2, dropout=0.25)",
                "FNetEncoder(8, dropout=0.25)",
                "PositionEmbedding(6)",
            ),
        },
    ),
    "keras-lmu": ("keras_lmu", {"layer of a model": ("LMU(2, 4, 6, keras.layers.SimpleRNNCell(8))",)}),
    "keras-matmulless": (
        "keras_mml.layers",
        {"layer of a model": ("DenseMML(8)", "GRUMML(8)", "SwiGLUMML(8)", "RMSNorm()")},
    ),
    "keras-mdn-layer": ("keras_mdn_layer", {"layer of a model": ("MDN(2, 3)",)}),
    "keras-rs": (
        "keras_rs",
        {
            "loss": (
                "losses.PairwiseHingeLoss(reduction=None)",
                "losses.PairwiseLogisticLoss(reduction=None)",
                "losses.ListMLELoss(reduction=None)",
            ),
            "layer of a model": ("layers.FeatureCross()",),
        },
    ),
    "keras-tcn": ("tcn", {"layer of a model": ("TCN(8, kernel_size=2, dilations=(1, 2), dropout_rate=0.25)",)}),
    "rt-activation": ("rt_activation", {"activation": ("rta",)}),
    "tf-extra": (
        "tf_extra",
        {
            "loss": ("losses.FocalLoss(reduction=None)", "losses.LabelSmoothingCrossEntropy(reduction=None)"),
            "layer of a model": ("layers.SqueezeExcitation()", "layers.CBAM()"),
        },
    ),
    "tf-kan-latest": ("tfkan.layers", {"layer of a model": ("DenseKAN(8)",)}),
    "zengrad-tensorflow": ("zengrad_tensorflow.zengrad_tensorflow", {"optimizer": ("ZenGrad(learning_rate)",)}),
}
"""Package → module, and what is tried of it: what it is → calls."""


def classes(module: Any, base: type) -> list[str]:
    """Return the names of a module's classes of a sort, each once, without the lower-case names that Keras has for them too."""
    found: dict[type, str] = {}
    for name, held in sorted(vars(module).items()):
        if inspect.isclass(held) and issubclass(held, base) and held is not base and name[0].isupper():
            found.setdefault(held, name)
    return sorted(found.values())


def keras_parts() -> list[Part]:
    """Return all that Keras ships of the kinds that a recipe has, found by looking."""
    import keras
    from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
        BaseImagePreprocessingLayer,
    )

    found: list[Part] = []

    def add(kind: str, where: str, names: list[str], given: str = "") -> None:
        for name in names:
            found.append(Part(kind, name, f"keras.{where}.{name}({GIVEN.get(name, given)})"))

    rated = classes(keras.optimizers, keras.optimizers.Optimizer)
    add("optimizer", "optimizers", [name for name in rated if name != "MultiOptimizer"], "learning_rate")
    add("optimizer without a rate", "optimizers", [name for name in rated if name == "MultiOptimizer"])
    add(
        "schedule",
        "optimizers.schedules",
        classes(keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule),
    )
    add("initializer", "initializers", classes(keras.initializers, keras.initializers.Initializer))
    add("regularizer", "regularizers", classes(keras.regularizers, keras.regularizers.Regularizer))
    add("constraint", "constraints", classes(keras.constraints, keras.constraints.Constraint))
    for name in classes(keras.losses, keras.losses.Loss):
        given = "from_logits=True, " if name in LOGITS else GIVEN.get(name, "")
        found.append(Part("loss", name, f"keras.losses.{name}({given}reduction=None)"))
    functions = [name for name, held in sorted(vars(keras.activations).items()) if inspect.isfunction(held)]
    functions = [name for name in functions if name not in ("get", "serialize", "deserialize")]
    calls = {"threshold": "(lambda x: keras.activations.threshold(x, 0.5, 0.0))"}
    found += [Part("activation", name, calls.get(name, f"keras.activations.{name}")) for name in functions]
    for name in classes(keras.layers, keras.layers.Layer):
        cls = getattr(keras.layers, name)
        folder = cls.__module__.removeprefix("keras.src.layers.").partition(".")[0]
        kinds = {
            "activations": "activation",
            "normalization": "normalization",
            "regularization": "layer after activations",
            "preprocessing": "layer on inputs" if issubclass(cls, BaseImagePreprocessingLayer) else "preprocessing",
        }
        if folder in kinds and cls.__module__.startswith("keras.src.layers."):
            both = " and targets" if name in MIXING else ""
            add(kinds[folder] + both, "layers", [name])
    found += [Part("layer of a model", call.partition("(")[0], f"keras.layers.{call}") for call in RECURRENT]
    return found


def package_parts(package: str) -> list[Part]:
    """Return what is tried of a package."""
    module, kinds = PACKAGES[package]
    return [Part(kind, call, f"part.{call}", module) for kind, calls in kinds.items() for call in calls]


class Bench:
    """Runs trials of tiny tasks with one component that is not registered.

    Args:
        registry: The bundled components.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.tasks: dict[str, Task] = {}
        self.added: Component | None = None

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the registered names of a kind."""
        return tuple(self.registry.names(kind))

    def default(self, kind: str) -> Component:
        """Return the registered default of a kind."""
        return self.registry.default(kind)

    def component(self, kind: str, name: str) -> Component:
        """Return the component that is tried, or a registered one."""
        if self.added is not None and (self.added.kind, self.added.name) == (kind, name):
            return self.added
        return self.registry.component(kind, name)

    def tried(self, part: Part, way: Way) -> str:
        """Return why a way of a part does not work; nothing if it does."""
        try:
            module = importlib.import_module(part.module)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        lines = way.lines.format(call=part.call)
        space = way.fields.get("space", {})
        code = f"def make({', '.join(space)}):\n{textwrap.indent(lines, '    ')}\n"
        import keras

        names: dict[str, Any] = {"keras": keras, "part": module}
        exec(code, names)
        task, changes = tiny(way.task), {}
        if way.kind == "model":
            self.added = None
            task = replace(task, model=_around(names["make"], task.model))
        else:
            kind = (
                type(self.registry.default("loss" if way.kind == "loss" else way.kind))
                if way.kind != "loss"
                else bs.Loss
            )
            self.added = kind(name="tried", make=names["make"], summary="Is tried.", **way.fields)
            changes = {way.kind: Setting.of(self.added, {})}
        recipe = baseline(task, self)
        for changed, setting in changes.items():
            recipe = recipe.replaced(changed, (setting,))
        session = Session(self, {task.name: task}.__getitem__, feeds=False)
        trial = Trial(task.name, task.version, recipe, 0, 1, task.batch_size)
        first = session.run(trial).ending
        if first.outcome != "completed":
            return first.reason
        session.run(trial.with_seed(1))
        again = session.run(trial).ending
        if again.curves != first.curves:
            return "a used program does not repeat a fresh one"
        return ""


def _around(make: Any, model: Any) -> Any:
    def around(blocks: Any, inputs: Any) -> Any:
        x = blocks.dense(8)(inputs) if len(inputs.shape) < 4 and "int" not in inputs.dtype else inputs
        x = make()(x)
        return blocks.output(3)(blocks.flatten()(x) if len(x.shape) > 2 else x)

    return around


def tiny(name: str) -> Task:
    """Return a task of 48 examples: ``vectors``, ``values``, ``sequences``, ``images`` or ``symbols``."""
    shape = {"sequences": (6, 4), "images": (8, 8, 3), "symbols": (6,)}.get(name, (8,))

    def data() -> bs.Arrays:
        generator = np.random.default_rng(0)
        x = generator.normal(size=(48, *shape)).astype("float32")
        flat = x.reshape(48, -1)
        x = (abs(x) * 3).astype("int32") % 8 if name == "symbols" else x
        if name == "values":
            return bs.Arrays(x, (flat[:, :2] > 0).astype("float32"))
        return bs.Arrays(x, (flat[:, 0] > 0).astype("int32") + (flat[:, 1] > 0).astype("int32"))

    def model(blocks: Any, inputs: Any) -> Any:
        if name == "images":
            x = blocks.flatten()(blocks.conv(4)(inputs))
        elif name == "sequences":
            x = blocks.flatten()(blocks.conv1d(4)(inputs))
        else:
            x = blocks.dense(8)(inputs)
        return blocks.output(2 if name == "values" else 3)(x)

    loss, split = "mse" if name == "values" else "cross_entropy", bs.HoldOut(32, 8, 8)
    return Task(
        name=f"tiny_{name}", data=data, split=split, model=model, loss=loss, primary="loss", batch_size=8, epochs=1, xla=False
    )  # fmt: skip


def verdict(bench: Bench, part: Part) -> Verdict:
    """Try a part in all its ways, until one works."""
    reasons = []
    for way in WAYS[part.kind]:
        reason = bench.tried(part, way)
        if not reason:
            return Verdict(part, way.more, way.what)
        reasons.append(reason)
    # The way that got furthest says most: the last for layers, that tell the first what they need, the first for all others.
    return Verdict(part, None, _one_line(reasons[0]))


def _one_line(reason: str) -> str:
    text = re.sub(
        r"\x1b\[\d+m|Exception encountered when calling \S+\(\)\.|Arguments received by.*", "", reason, flags=re.S
    )
    text = re.sub(r"\s+", " ", text.replace("|", "/").replace("`", "'").replace("[1m", "")).strip()
    text = re.sub(r"(?<=[a-z0-9])_\d+(?=')", "", text)  # Keras counts its layers
    return shortened(re.sub(r"<[^>]*>", "…", text), LONGEST_REASON)


def written(own: list[Verdict], others: dict[str, list[Verdict]], versions: dict[str, str]) -> str:
    """Return the page."""
    count = len(own)
    plain = sum(one.lines == 0 for one in own)
    lines = [
        "# Keras' own parts, and those of packages",
        "",
        "*Made by `docs/reference/make_keras_parts.py`, which tries every part that Keras ships of the kinds that a recipe has, found by",
        "looking, and some of packages from PyPI. Each trains a tiny task three times in one program, the third trial like the first:",
        "what works gives the same bits then. Whether its numbers are right is for tests: those of Keras' options are compared with",
        "`model.fit` in `tests/engine/program/test_keras_trainer.py`.*",
        "",
        f"Keras {versions['keras']} with TensorFlow {versions['tensorflow']}: of {count} parts {plain} work unmodified, as",
        f"`return Part(…)` in `make`, {sum(bool(one.lines) for one in own)} with some lines more, "
        f"{sum(one.lines is None for one in own)} do not.",
        "",
        "## Keras",
        "",
        "| what | works unmodified |",
        "|---|---|",
    ]
    for kind in WAYS:
        names = [f"`{one.part.name}`" for one in own if one.part.kind == kind and one.lines == 0]
        if names:
            lines.append(f"| {kind} | {', '.join(names)} |")
    lines += ["", "| part | as | verdict |", "|---|---|---|"]
    lines += _rows(one for one in own if one.lines != 0)
    lines += [
        "",
        'Lines more: `layer.on = "inputs"` lets a layer change the inputs of each training batch; layers that change inputs and targets',
        "together stand in an object with a method `batch`. Layers that models are made of (`Dense`, `LSTM`, `Conv2D` …) are no parts of a",
        "recipe: a task's [`model`](../how-to/write-a-task.md) uses any. `OrthogonalRegularizer` takes matrices: where a task has",
        "convolutions, a penalty of one's own calls it with `keras.ops.reshape(kernel, (-1, kernel.shape[-1]))`.",
        "",
        "## Packages",
        "",
        "Not dependencies of the suite: each was installed into a folder of its own, with what its import needs, and tried as it is.",
        "",
        "| package | part | as | verdict |",
        "|---|---|---|---|",
    ]
    for package, found in sorted(others.items()):
        lines += [f"| {package} {versions[package]} {row}" for row in _rows(found)]
    return "\n".join([*lines, ""])


def _rows(found: Iterable[Verdict]) -> list[str]:
    """Return a row for all parts of which the same is said."""
    rows: dict[str, list[str]] = {}
    for one in found:
        name, _, rest = _row(one)[2:].partition(" | ")
        rows.setdefault(rest, []).append(name)
    return [f"| {', '.join(names)} | {rest}" for rest, names in rows.items()]


def _row(one: Verdict) -> str:
    if one.lines is None:
        said = f"refused: {one.what}"
    elif one.lines:
        said = f"works with {one.lines} more {'line' if one.lines == 1 else 'lines'}: {one.what}"
    else:
        said = f"works unmodified{': ' + one.what if one.what else ''}"
    return f"| `{one.part.name}` | {one.part.kind} | {said} |"


def packages_in(folders: list[str]) -> Iterator[tuple[str, str]]:
    """Put folders on the path; yield name and version of each package in them that is known here."""
    for folder in folders:
        sys.path.append(folder)
        for found in importlib.metadata.distributions(path=[folder]):
            name = found.name.replace("_", "-")
            if name in PACKAGES:
                yield name, found.version


class Known:
    """Verdicts of an earlier run, and of this one.

    Args:
        path: Of the file; nothing is kept unless given.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._found: dict[str, list[Any]] = json.loads(path.read_text()) if path and path.is_file() else {}

    def verdict(self, bench: Bench, part: Part) -> Verdict:
        """Return what is known of a part, or try it."""
        key = f"{part.kind} {part.call} {part.module}"
        if key not in self._found:
            found = verdict(bench, part)
            self._found[key] = [found.lines, found.what]
            sys.stderr.write(f"{_row(found)}\n")
            if self._path:
                self._path.write_text(json.dumps(self._found, indent=1, ensure_ascii=False))
        lines, what = self._found[key]
        return Verdict(part, lines, what)


def main(arguments: list[str]) -> None:
    """Try everything and write the page."""
    known = Known(Path(arguments[1]) if arguments[:1] == ["--known"] else None)
    folders = arguments[2:] if arguments[:1] == ["--known"] else arguments
    configure(Device("cpu"))
    import keras
    import tensorflow as tf

    bench = Bench(load_registry(PluginSearch(local=False)))
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}

    def tried(parts: list[Part]) -> list[Verdict]:
        return [known.verdict(bench, part) for part in parts]

    own, others = tried(keras_parts()), {}
    for package, version in packages_in(folders):
        versions[package] = version
        others[package] = tried(package_parts(package))
    PAGE.write_text(written(own, others, versions), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
