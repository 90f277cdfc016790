"""The likely mistake behind an error, and what to write instead: by what was raised, what it says, and the author's line."""

from __future__ import annotations

import re

from benchsuite.conformance.mistake import Mistake, Seen

IN_GRAPH = ("OperatorNotAllowedInGraphError",)
FUNCTIONS = {
    "gradient_transform": "transform(gradients, variables)",
    "initializer": "draw(shape, fan_in, fan_out, gain, generator)",
    "schedule": "schedule(step, total_steps)",
    "loss": "loss(targets, outputs)",
    "activation": "activation(x)",
}
"""Kind → the function that is called."""
METHODS = {
    "batch": "batch(self, x, y, classes)",
    "in_training": "in_training(self, kernels)",
    "mask": "mask(self, shape)",
    "after_step": "after_step(self, step)",
    "after_epoch": "after_epoch(self, epoch, validation)",
    "call": "call(self, x)",
    "update_step": "update_step(self, gradient, variable, learning_rate)",
    "model": "model(blocks, inputs)",
    "data": "data()",
}
"""Method → how it is called."""
TAKES = (
    r"(?P<function>\w+)\(\) (takes .* positional arguments? but \d+ (was|were) given|missing \d+ required positional argument"
    r"|got an unexpected keyword argument)"
)

MISTAKES = (
    Mistake(
        "Write `return bs.Arrays(x, y)` at the end of data; is there a `return`?",
        said="must return bs.Arrays",
        kinds=("task",),
    ),
    Mistake(
        'Inputs are float32 (or int32 codes), targets int32 classes or float32 values: x.astype("float32"), y.astype("int32").',
        said="must be float32 or int32",
        kinds=("task",),
    ),
    Mistake(
        "The network needs one output for each class: blocks.output(n), and classes are numbers from 0 to n - 1.",
        said="classes from .* while the network has",
        kinds=("task",),
    ),
    Mistake(
        "A class is one whole number for each example: y[:, 0] of a column, y.argmax(axis=1) of one-hot rows. Several numbers for each "
        "example are float32 values, with a loss for values such as mse.",
        said=r"must be classes \[batch\], since",
        kinds=("task",),
    ),
    Mistake(
        "In a task's model `inputs` is a placeholder of Keras: NumPy, tf and Python's `if` cannot look into it. Use the blocks, "
        "keras.ops or keras.layers.",
        said="KerasTensor (cannot|is symbolic)",
        kinds=("task",),
    ),
    Mistake(
        "The model returns nothing: is there a `return`? It returns what blocks.output(n) gives.",
        said="outputs=None",
        kinds=("task",),
    ),
    Mistake(
        'A relative path begins in the working folder. Begin where the plugin lies: Path(__file__).parent / "data.csv".',
        types=("FileNotFoundError",),
    ),
    Mistake(
        "Likely `return x` alone: batch returns inputs and targets. Write `return x, y`.",
        types=IN_GRAPH,
        said="Iterating over a symbolic",
        kinds=("regularization",),
        raised=False,
    ),
    Mistake(
        "Python's `for` cannot walk through a tensor in a graph (AutoGraph is off). Compute with the whole tensor, or use "
        "tf.map_fn, tf.while_loop or keras.ops.fori_loop.",
        types=IN_GRAPH,
        said="Iterating over a symbolic",
    ),
    Mistake(
        "Python's `if`, `while`, `and`, `not` and `bool()` cannot look at a tensor in a graph (AutoGraph is off). Write "
        "keras.ops.where(condition, a, b), or tf.cond and tf.while_loop.",
        types=IN_GRAPH,
    ),
    Mistake(
        "float(), int(), bool() and range() need a number, and a tensor has none while the graph is made. Compute with the tensor "
        'itself; a type is changed by keras.ops.cast(x, "float32").',
        said="has no attribute 'numpy'|cannot be interpreted as an integer|must be a (string or a )?real number",
        source=r"\b(float|int|bool|range)\(",
    ),
    Mistake(
        "A tensor has no .numpy() while the graph is made. Compute with the tensor itself, by keras.ops or tf; what must be Python "
        "is computed in make.",
        said="has no attribute 'numpy'|numpy\\(\\) is only available",
    ),
    Mistake(
        "NumPy cannot compute with a tensor in a graph. Write the function of the same name of keras.ops or tf: keras.ops.sign(x) "
        "for np.sign(x).",
        said="Cannot convert a symbolic .* to a numpy array|__array__\\(\\)",
    ),
    Mistake(
        'An integer (a step number, class labels) meets a float. Cast it first: keras.ops.cast(x, "float32"); class labels become '
        "distributions by keras.ops.one_hot(y, classes).",
        said=r"DataType u?int\d+ not in list of allowed|type u?int\d+ that does not match type float|type float\d+ that does not match "
        r"type u?int\d+|requested dtype float\d+ for Tensor with dtype u?int",
    ),
    Mistake(
        "float64 meets float32: NumPy's arrays and Python's math give float64. Write tf.constant(value, tf.float32), "
        'array.astype("float32") or keras.ops.cast(x, other.dtype).',
        said="float64.*(float32|bfloat16|float16)|(float32|bfloat16|float16).*float64",
    ),
    Mistake(
        "State must be there before the first step: create it in build(self, variables) with "
        'self.add_variable_from_reference(v, "name"), one for each variable; a layer\'s in build with self.add_weight.',
        said="only supports singleton tf.Variables created on the first call|tf.function-decorated function tried to create variables",
    ),
    Mistake(
        "Weights are created in build(self, input_shape), not in call: self.scale = self.add_weight(shape=…, initializer=…), and "
        "call only uses them.",
        said="cannot (add|create) new|new elements of state|stateless scope",
        source="add_weight|Variable",
    ),
    Mistake(
        "A tensor of one graph was kept in a Python attribute and used in another. State is a keras.Variable: created in build, "
        "changed with .assign(…), and reset with the trial.",
        said="out of scope|is from a different graph|must be from the same graph|inaccessible",
        types=(),
    ),
    Mistake(
        "`__init__` must call super().__init__() first; of an optimizer with the rate: super().__init__(learning_rate).",
        said=r"forgot to call `super\(\)\.__init__\(\)`|_check_super_called|object has no attribute '_(tracker|layers|lock|path)'",
    ),
    Mistake(
        "An optimizer's build(self, variables) must call super().build(variables) before it adds state of its own.",
        said="Unknown variable: .*This optimizer can only be called for|no attribute '_trainable_variables(_indices)?'",
        kinds=("optimizer",),
    ),
    Mistake(
        "A Keras 3 optimizer is update_step(self, gradient, variable, learning_rate), which changes the variable with "
        "variable.assign_sub(…). _resource_apply_dense, get_updates and slots are of Keras 2.",
        said="has no update_step",
        kinds=("optimizer",),
    ),
    Mistake(
        "State of a variable is found by its index: self.momenta[self._get_variable_index(variable)].",
        said="list indices must be integers or slices, not \\w*Variable|unhashable type: '\\w*Variable'",
    ),
    Mistake(
        'The layer needs get_config: {**super().get_config(), "slope": self.slope} for each argument of __init__, of values that JSON '
        "can hold; a function is no such value: give its name.",
        said="must override `?get_config|non-serializable argument",
    ),
    Mistake(
        'get_config leaves out an argument of __init__. Return them all: {**super().get_config(), "slope": self.slope}; and let '
        "__init__ hand **kwargs to super().__init__.",
        said=r"__init__\(\) (missing \d+ required|got an unexpected)[^\n]*",
        types=(),
        kinds=("activation", "normalization", "regularization"),
        raised=False,
    ),
    Mistake(
        'Keras cannot find the class again. Put @keras.saving.register_keras_serializable("my_package") above it, at the top of the '
        "module; and give it get_config if __init__ takes arguments.",
        said="could not be deserialized|Could not locate class|Unknown layer|cannot be deserialized|is not serializable|unregistered",
    ),
    Mistake(
        "batch returns nothing: is there a `return`? Write `return x, y` at its end.",
        said="'NoneType' object is not iterable|cannot unpack non-iterable NoneType",
        kinds=("regularization",),
        raised=False,
    ),
    Mistake(
        "transform returns nothing: is there a `return`? It returns a list with one gradient for each variable.",
        said="'NoneType' object is not iterable",
        kinds=("gradient_transform",),
        raised=False,
    ),
    Mistake(
        "A layer or function returns None: is there a `return`? call(self, x) returns a tensor of the shape of x.",
        said="Got 'None'|None values not supported|'NoneType' object has no attribute '(shape|dtype)'|convert a value \\(None\\)",
        raised=False,
        kinds=("activation", "normalization", "regularization"),
    ),
    Mistake(
        "The loss returns None: is there a `return`? It returns one number for each example.",
        said="None values not supported|\\(None\\)|NoneType|Got 'None'",
        kinds=("loss",),
        raised=False,
    ),
    Mistake(
        "Do not average or sum over the batch (axis 0); a loss class of Keras' is made with reduction=None.",
        said="one number for the whole batch",
    ),
    Mistake(
        "Likely the order: loss(targets, outputs). Targets are class numbers: what wants distributions gets "
        "keras.ops.one_hot(targets, outputs.shape[-1]).",
        said="must have rank \\(ndim\\)|must have the same (shape|rank)",
        kinds=("loss",),
    ),
    Mistake(
        "Comparisons, argmax, rounding and casts to int have no gradient: compute the loss from the outputs themselves, such as "
        "-keras.ops.log_softmax(outputs).",
        said="No gradients provided for any variable",
        kinds=("loss",),
    ),
    Mistake(
        "Comparisons, argmax, rounding and casts to int have no gradient, so nothing below learns. Use a smooth function of x, such "
        "as keras.ops.sigmoid(x) for x > 0.",
        said="No gradients provided for any variable",
        kinds=("activation", "normalization", "regularization"),
    ),
    Mistake(
        "Python's `if`, `while`, `and`, `not` and `bool()` cannot look at a tensor of a network. Write keras.ops.where(condition, a, b).",
        said="symbolic KerasTensor cannot be used as a boolean",
    ),
    Mistake(
        "The values are not finite: is something divided by 0, or the root or logarithm of what is not above 0? Add an epsilon.",
        said="initializer must return .*not finite",
    ),
    Mistake(
        'after_epoch(epoch, validation) finds "loss" there, and the metrics that the task has under their own names, such as '
        '"accuracy"; no "val_loss". Write validation.get("accuracy") for what only some tasks have.',
        said="val_|acc|loss|metric",
        types=("KeyError",),
        kinds=("regularization", "schedule"),
    ),
    Mistake(
        "Kernels of convolutions have four dimensions: make a matrix of each first, keras.ops.reshape(kernel, (-1, kernel.shape[-1])).",
        said="must have rank 2",
        kinds=("regularization",),
    ),
    Mistake(
        "What a layer of the recipe gives must have the shape that it is given: one number for each, x.shape[-1] features as before. "
        "One that halves it, as gates do, belongs into a task's model.",
        said=r"expected axis -?\d+ of input shape to have value",
        kinds=("normalization", "regularization", "activation"),
        raised=False,
    ),
    Mistake(
        "A penalty is one number, not one for each weight: self.strength * keras.ops.sum(keras.ops.square(kernel)).",
        said="in both shapes must be equal",
        kinds=("regularization",),
        raised=False,
    ),
    Mistake(
        "A schedule computes with an array of steps, not with one: write numpy.where(step < warmup, a, b) instead of `if`.",
        said="truth value of an array",
        kinds=("schedule",),
    ),
    Mistake(
        "schedule(step, total_steps) must return an array with one number for each of step; is there a `return`, and does it divide "
        "by something that may be 0?",
        said="a schedule must return",
    ),
    Mistake(
        "draw must return an array of exactly `shape`: generator.normal(size=shape), scaled by what fan_in, fan_out and gain say.",
        said="initializer must return",
    ),
    Mistake(
        "batch keeps shape and type of x and y; only classes may become float32 distributions over them, "
        "keras.ops.one_hot(y, classes).",
        said="must keep shape and type of inputs",
    ),
    Mistake(
        "Return a keras.Regularizer for a penalty, a keras.Layer, or an object with one of batch, mask, in_training, after_step, "
        "after_epoch.",
        said="make of regularization .* must return",
    ),
    Mistake(
        "Shapes differ: each weight is updated by something of its own shape. Print them: gradient.shape, variable.shape; means "
        "and norms keep dimensions with keepdims=True.",
        said="[Ss]hape mismatch|Dimensions must be equal|[Ii]ncompatible shapes|shapes? .* (is|are) incompatible|same shape",
    ),
    Mistake(
        "An array is larger than memory: is one made of every example with every other, or of a shape that was multiplied twice?",
        said="Unable to allocate|[Oo]ut of memory|OOM when allocating|failed to allocate memory",
    ),
    Mistake(
        'Install the package in the environment in which benchsuite runs, or let the plugin raise bs.Unsupported("needs …") where '
        "it is missing.",
        types=("ModuleNotFoundError",),
    ),
    Mistake(
        "There is no function of that name: see https://keras.io/api/ops/ for keras.ops. keras.backend and tf.keras of Keras 2 are "
        "gone.",
        said="module '[\\w.]+' has no attribute|cannot import name",
        types=("AttributeError", "ImportError"),
    ),
    Mistake(
        "Keras does not know this argument. Its arguments are in the help of the class: benchsuite hands `make` only what space names.",
        said="Argument\\(s\\) not recognized|Unrecognized keyword arguments",
    ),
    Mistake(
        "{function} is what is called: take exactly these arguments.",
        said=TAKES,
        types=("TypeError",),
        raised=False,
    ),
)
"""The mistakes, the special before the general: the first that fits is told."""


def cure_of(seen: Seen) -> str:
    """Return the likely mistake and its cure; empty where none is known."""
    found = next((mistake for mistake in MISTAKES if mistake.fits(seen)), None)
    if found is None:
        return ""
    called = re.search(TAKES, seen.said)
    usual = FUNCTIONS.get(seen.kind, "the function as its kind describes it")
    return found.cure.replace("{function}", METHODS.get(called["function"], usual) if called else usual)
