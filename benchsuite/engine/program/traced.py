"""A compiled function, and the trace of it for each number of steps that it was called with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from benchsuite.engine.compiled.here import HERE
from benchsuite.engine.program.canonical import Canonical, NotCanonical
from benchsuite.engine.program.own_chance import refuse_own_chance


class Traced:
    """A compiled function. To find its trace takes TensorFlow as long as ten small steps: it is kept.

    It is named by what it computes: what this process compiled before, for another program, or the disk has, is not compiled
    again.

    Args:
        graph: What to compile.
        xla: Whether by XLA.
    """

    def __init__(self, graph: Callable[..., Any], xla: bool) -> None:
        import tensorflow as tf

        def counted(*arguments: Any) -> Any:
            self.traces += 1
            return graph(*arguments)

        self.function = tf.function(counted, autograph=False, jit_compile=xla)
        self.traces = 0
        """How often it was traced."""
        self._xla = xla
        self._found: dict[int, Any] = {}
        self._known: dict[int, Canonical] = {}
        self._called: dict[int, Callable[..., Any]] = {}

    @property
    def found(self) -> tuple[Any, ...]:
        """Its traces, as TensorFlow made them, in the order in which they were made."""
        return tuple(self._found.values())

    @property
    def variables(self) -> int:
        """How many variables its traces read or assign to by themselves, beside what they are given."""
        import tensorflow as tf

        return sum(given.dtype == tf.resource for found in self._found.values() for given in found.captured_inputs)

    def __call__(self, steps: int, *arguments: Any) -> Any:
        """Call it.

        Args:
            steps: All that changes the shapes of the arguments.
            arguments: Tensors.
        """
        if steps in self._called:
            return self._called[steps](*arguments)
        called, result = self._first(steps, arguments)
        self._called[steps] = called
        return result

    def canonical(self) -> dict[int, Canonical]:
        """Return what was called so far by what changes the shapes; what can have no name of its content is left out."""
        if self._xla:
            return {steps: called for steps, called in self._called.items() if isinstance(called, Canonical)}
        with suppress(NotCanonical):
            return {steps: Canonical(found, nodes=False) for steps, found in self._found.items()}
        return {}

    def adopt(self, steps: int, function: Canonical) -> None:
        """Call a function that was traced elsewhere from such arguments, instead of a trace."""
        self._known[steps] = function

    def trace(self, steps: int, *arguments: Any) -> Any:
        """Return the trace that such a call takes, made if there is none; nothing is compiled.

        Raises:
            BenchsuiteError: If something draws numbers that are not the trial's.
        """
        if steps not in self._found:
            concrete = self.function.get_concrete_function(*arguments)
            refuse_own_chance(concrete)
            self._found[steps] = concrete
        return self._found[steps]

    def _first(self, steps: int, arguments: tuple[Any, ...]) -> tuple[Callable[..., Any], Any]:
        """Compile a trace; return what calls it from now on, and what its first call returns."""
        import tensorflow as tf

        try:
            if not self._xla:
                called = self._known.get(steps) or self.trace(steps, *arguments)
                return called, called(*arguments)
            canonical = self._known.get(steps) or Canonical(self.trace(steps, *arguments))
            return canonical, HERE.first_call(canonical.name, lambda: canonical(*arguments))
        except tf.errors.ResourceExhaustedError:
            raise
        except (NotCanonical, tf.errors.OpError):
            # Whatever is wrong, with the code on the disk or with the program itself, TensorFlow says best with its own names.
            concrete = self.trace(steps, *arguments)
            result = concrete(*arguments)
            if self._xla:
                HERE.compiled_anew()
            return concrete, result
