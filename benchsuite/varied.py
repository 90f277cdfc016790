"""What a variation does to a task: other parts, renamed classes, other inputs, another width and batch size."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from benchsuite.components import Arrays, Draw, InOrder, Task, Variation
from benchsuite.components.fields import shown
from benchsuite.components.variation import batch_sizes
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.spaces import Choice, Space, Value
from benchsuite.text import one_line, reason_of

if TYPE_CHECKING:
    import numpy as np

REPLACEABLE = (
    "data",
    "split",
    "model",
    "loss",
    "metrics",
    "targets",
    "batch_size",
    "epochs",
    "steps_per_epoch",
    "architecture",
    "standardize_targets",
    "surface",
    "source",
)
"""Fields of a task that its ``instance`` may give anew; what identifies a task, and what it is good for, stays."""


def varied(task: Task, draw: Draw, name: str, examples: int | None) -> Task:
    """Make an instance of a task: what its own ``instance`` gives, and then what its variation says.

    Args:
        task: The task itself.
        draw: What the instance is drawn from.
        name: Of the instance.
        examples: How many of the training part are kept; all unless given.

    Raises:
        BenchsuiteError: If its ``instance`` raises, or returns what no task has.
    """
    try:
        made = _made(task, draw, examples)
    except (BenchsuiteError, KeyboardInterrupt):
        raise
    except BaseException as error:  # an author's function may raise anything, SystemExit included
        raise BenchsuiteError(
            f"cannot make {name!r}: instance of {task.title} raised {reason_of(error)}, {_place(task.instance, error)}. "
            f"Mend it there, and try it: benchsuite check {task.name}."
        ) from error
    object.__setattr__(made, "name", name)  # no plugin may choose such a name, which is why the class refuses it
    return made


def _made(task: Task, draw: Draw, examples: int | None) -> Task:
    fields: dict[str, Any] = {}
    if task.instance is not None and (draw.variant or draw.values):
        fields = _own(task, task.instance, draw)
    if examples is not None:
        fields["examples"] = examples
    made = dataclasses.replace(task, **fields)
    if draw.variant and task.variation is not None:
        made = dataclasses.replace(made, **_of_harness(made, task.variation, draw))
    return made


def _own(task: Task, instance: Callable[[Draw], Mapping[str, Any]], draw: Draw) -> dict[str, Any]:
    """Return the fields that a task's own function gives."""
    found = instance(draw)
    if not isinstance(found, Mapping):
        raise BenchsuiteError(f"instance of {task.title} must return a dictionary of fields. Received: {shown(found)}.")
    for field in found:
        if field not in REPLACEABLE:
            raise unknown(f"field that instance of {task.title} gives:", str(field), REPLACEABLE)
    return dict(found)


def _place(instance: Any, error: BaseException) -> str:
    """Return the author's line behind an error: the innermost in the file of the function, or where that is defined."""
    while isinstance(instance, functools.partial):
        instance = instance.func
    function = instance if inspect.isroutine(instance) else type(instance).__call__
    code = getattr(function, "__code__", None)
    calls = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    if code is None:  # no function of Python's
        file, line = calls[-1]
    else:
        own = [call for call in calls if call[0] == code.co_filename]
        file, line = own[-1] if own else (code.co_filename, code.co_firstlineno)
    return one_line(f"{file}:{line}")


def _of_harness(task: Task, variation: Variation, draw: Draw) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if variation.split:
        assert not isinstance(task.split, InOrder)  # a task with such a split declares no other
        fields["split"] = dataclasses.replace(task.split, seed=draw.seed("split"))
    if variation.classes or variation.inputs:
        fields["data"] = Varied(task.data, variation, draw)
    if variation.width is not None:
        fields["architecture"] = {
            **task.architecture,
            "width": _wider(task.architecture["width"], variation.width, draw.generator("width")),
        }
    if variation.batch_size is not None:
        sizes = batch_sizes(*variation.batch_size)
        fields["batch_size"] = _nearest(_log_uniform(draw.generator("batch_size"), *variation.batch_size), sizes)
    return fields


@dataclasses.dataclass(frozen=True)
class Varied:
    """The data of a variant: those of the task, with other names of classes and other inputs.

    Args:
        data: The ``data()`` of the task.
        variation: What changes.
        draw: What it is drawn from.
    """

    data: Callable[[], Any]
    variation: Variation
    draw: Draw

    def __call__(self) -> Any:
        """Read the data and change them.

        Raises:
            BenchsuiteError: If they have no classes to rename, or no flat float32 inputs to change.
        """
        arrays = self.data()
        if not isinstance(arrays, Arrays):
            return arrays  # whoever reads them says what is wrong
        changed: dict[str, Any] = {}
        if self.variation.classes:
            changed["y"] = self._renamed(arrays.y)
        if self.variation.inputs:
            changed["x"] = self._changed(arrays.x, arrays.symbols)
        return dataclasses.replace(arrays, **changed)

    def _renamed(self, y: Any) -> np.ndarray:
        """Return π(y), π a permutation of 0 … C − 1."""
        import numpy as np

        y = np.asarray(y)
        if not np.issubdtype(y.dtype, np.integer) or not y.size or y.min() < 0:
            raise BenchsuiteError(
                f"a variation with classes=True needs classes, whole numbers from 0. task {self.draw.task!r} has targets {y.dtype}."
            )
        names: np.ndarray = self.draw.generator("classes").permutation(int(y.max()) + 1).astype(y.dtype)
        return np.asarray(names[y])

    def _changed(self, x: Any, symbols: int) -> np.ndarray:
        import numpy as np

        x = np.asarray(x)
        if x.ndim != 2 or x.dtype != np.float32:
            raise BenchsuiteError(
                f"a variation with inputs={self.variation.inputs!r} needs float32 inputs [examples, columns]. "
                f"task {self.draw.task!r} has {x.dtype} {list(x.shape)}."
            )
        numbers = x.shape[1] - symbols
        generator = self.draw.generator("inputs")
        changed: np.ndarray = x.copy()
        if self.variation.inputs == "permute":
            changed[:, :numbers] = x[:, generator.permutation(numbers)]
        elif self.variation.inputs == "rescale":
            changed[:, :numbers] *= np.exp2(generator.uniform(-1, 1, numbers)).astype("float32")
        else:
            changed[:, :numbers] = _rounded(x[:, :numbers].astype("float64") @ _orthogonal(generator, numbers))
        return changed


def _orthogonal(generator: np.random.Generator, size: int) -> np.ndarray:
    """Return a random orthogonal matrix ``[size, size]``, uniform (Haar): Q of a normal matrix, the diagonal of R positive."""
    import numpy as np

    q, r = np.linalg.qr(generator.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diag(r)))


def _rounded(x: np.ndarray) -> np.ndarray:
    """Round to 17 binary digits: sums that another machine adds in another order are the same numbers."""
    import numpy as np

    mantissa, exponent = np.frexp(x)
    return np.asarray(np.ldexp(np.rint(np.ldexp(mantissa, 17)), exponent - 17).astype("float32"))


def _log_uniform(generator: np.random.Generator, low: float, high: float) -> float:
    return math.exp(generator.uniform(math.log(low), math.log(high)))


def _nearest(value: float, allowed: list[int]) -> int:
    return min(allowed, key=lambda each: abs(math.log(each / value)))


def _wider(space: Space, factors: tuple[float, float], generator: np.random.Generator) -> Space:
    """Return the space of a width with another default: the drawn multiple of it, or the nearest allowed value."""
    default = space.default
    assert isinstance(default, int | float)  # as the task was checked
    wanted = default * _log_uniform(generator, *factors)
    value: Value
    if isinstance(space, Choice):
        value = min(space.options, key=lambda each: abs(math.log(float(each) / wanted)))  # type: ignore[arg-type]  # numbers
    else:
        ends: Any = space
        value = min(max(wanted, ends.low), ends.high)
        value = round(float(value)) if isinstance(default, int) else value
    return dataclasses.replace(space, default=value)  # type: ignore[type-var]  # every space is a dataclass
