"""Kind ``initializer``: the values that kernels start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from benchsuite.components.base import Component

if TYPE_CHECKING:
    import numpy as np


class KernelLayer(Protocol):
    """A layer with a kernel, as it stands in a network. Tensors are those of the Keras model, in float32 or bfloat16."""

    name: str
    """Stable name, such as ``dense_1``."""
    layer_type: str
    """``"dense"``, ``"convolution"``, ``"recurrent"``, ``"attention"`` or ``"output"``."""
    layer: Any
    """The ``keras.Layer`` that owns the kernel."""
    variable: Any
    """The kernel, a ``keras.Variable``."""
    inputs: Any
    """What enters the layer."""
    linear: Any
    """What the layer gives, before normalization and activation; in a recurrent layer its output."""
    outputs: Any
    """What leaves normalization and activation, before regularization layers."""


class Network(Protocol):
    """A network with its first starting values, before the first step."""

    model: Any
    """The ``keras.Model``."""
    kernel_layers: Sequence[KernelLayer]
    """Its layers with kernels, inputs first."""
    variables: Mapping[str, Any]
    """Name, such as ``dense_1/kernel``, the same in every network of this form → ``keras.Variable``."""
    examples: np.ndarray[Any, Any]
    """Inputs of the training part after preprocessing ``[examples, ...]``; read only."""

    def generator(self, name: str) -> np.random.Generator:
        """Return a generator of the trial's ``initial`` stream, of its own for each name."""
        ...

    def values(self, tensor: Any, examples: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return what a tensor of the model is for some examples, float32, in evaluation mode."""
        ...

    def assign(self, variable: Any, values: np.ndarray[Any, Any]) -> None:
        """Give a variable other values. Those that start from it (norms of weight normalization) start anew."""
        ...

    def stored(self, trial: str) -> Mapping[str, np.ndarray[Any, Any]]:
        """Return the weights that a trial with this id stored: name of the variable, such as ``dense_1/kernel`` → array.

        Raises:
            Unsupported: If there are none in the results folder.
        """
        ...


@runtime_checkable
class Adapting(Protocol):
    """What an initializer makes whose values depend on data or on another trial: a function as others are, and then this."""

    def adapt(self, network: Network) -> None:
        """Change the starting values, by ``network.assign`` or by training; called outside the compiled program.

        May raise ``bs.Unsupported`` with the reason where the network is none for it.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Initializer(Component):
    """An initializer of kernels (biases start at zero, recurrent kernels at their layer's own choice).

    ``make(**hyperparameters)`` returns either a ``keras.initializers.Initializer``, which is seeded for each kernel;
    or a function ``draw(shape, fan_in, fan_out, gain, generator) -> array`` with ``gain`` the activation's (see
    :class:`Activation`) and ``generator`` a ``numpy.random.Generator``. If it has a method ``adapt(network)`` as well,
    that is called with the network whose kernels were drawn (see :class:`Adapting`). Values are made outside the
    compiled program: no initializer costs a recompilation.
    """

    kind: ClassVar[str] = "initializer"
