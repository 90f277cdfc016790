"""A fed number: what a component is handed in a hyperparameter's place, so that one program serves every value of it.

It is no float: code that computes with Python's own numbers reads a subclass of float without a word. In arithmetic with
numbers it gives another fed number, in arithmetic with tensors it is one; a question (is it 0, is it below 1) is answered
from the present value and noted as a guard; whoever reads the value itself is noted: such a hyperparameter is baked.
"""

from __future__ import annotations

import copyreg
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

import numpy as np

if TYPE_CHECKING:
    from benchsuite.engine.fed.feeding import Feeding

Number = float | int
Key = tuple[Any, ...]

ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "neg": operator.neg,
    "abs": operator.abs,
}
"""What gives another fed number: name → what Python computes."""
DIVISIONS = ("truediv", "floordiv", "mod")
QUESTIONS: dict[str, Callable[..., bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
    "truth": lambda value, _: bool(value),
}
"""What is answered and noted: name → the answer of Python's own numbers."""


class Fed:
    """A number whose value a program is given at run time; made by :class:`~benchsuite.engine.fed.feeding.Feeding`.

    Args:
        feeding: Holds the present values.
        operation: How it is computed from ``operands``; ``None`` for a hyperparameter itself.
        operands: Fed or plain numbers; the hyperparameter's name.
    """

    __slots__ = ("_feeding", "_operands", "_operation", "_whole")
    __array_ufunc__ = None
    """Arrays leave arithmetic to this class."""

    def __init__(self, feeding: Feeding, operation: str | None, operands: tuple[Any, ...]) -> None:
        self._feeding, self._operation, self._operands = feeding, operation, operands
        self._whole = isinstance(plain(self, feeding.values), int)

    # Arithmetic ----------------------------------------------------------------------------------------------------------

    def _with(self, operation: str, other: Any, swapped: bool = False) -> Any:
        if isinstance(other, np.ndarray | np.generic) and not is_number(other):
            ordered = (other, self._read(operation)) if swapped else (self._read(operation), other)
            return ARITHMETIC[operation](*ordered)
        if not is_number(other):
            return NotImplemented  # tensors and variables convert it to their own type
        left, right = (other, self) if swapped else (self, other)
        if operation in DIVISIONS and isinstance(right, Fed):
            right._asked("eq", 0)
        if operation == "pow" and not left > 0:
            return ARITHMETIC[operation](
                *(value._read(operation) if isinstance(value, Fed) else value for value in (left, right))
            )
        return Fed(self._feeding, operation, (left, right))

    def __add__(self, other: Any) -> Any:
        return self._with("add", other)

    def __radd__(self, other: Any) -> Any:
        return self._with("add", other, True)

    def __sub__(self, other: Any) -> Any:
        return self._with("sub", other)

    def __rsub__(self, other: Any) -> Any:
        return self._with("sub", other, True)

    def __mul__(self, other: Any) -> Any:
        return self._with("mul", other)

    def __rmul__(self, other: Any) -> Any:
        return self._with("mul", other, True)

    def __truediv__(self, other: Any) -> Any:
        return self._with("truediv", other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._with("truediv", other, True)

    def __floordiv__(self, other: Any) -> Any:
        return self._with("floordiv", other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._with("floordiv", other, True)

    def __mod__(self, other: Any) -> Any:
        return self._with("mod", other)

    def __rmod__(self, other: Any) -> Any:
        return self._with("mod", other, True)

    def __pow__(self, other: Any) -> Any:
        return self._with("pow", other)

    def __rpow__(self, other: Any) -> Any:
        return self._with("pow", other, True)

    def __neg__(self) -> Fed:
        return Fed(self._feeding, "neg", (self,))

    def __pos__(self) -> Fed:
        return self

    def __abs__(self) -> Fed:
        return Fed(self._feeding, "abs", (self,))

    # Questions -----------------------------------------------------------------------------------------------------------

    def _asked(self, question: str, other: Any) -> Any:
        if not is_number(other):
            if isinstance(other, np.ndarray | np.generic):
                return QUESTIONS[question](self._read(question), other)
            return NotImplemented
        return self._feeding.answer(Guard(question, self, other))

    def __bool__(self) -> bool:
        return bool(self._asked("truth", 0))

    def __lt__(self, other: Any) -> Any:
        return self._asked("lt", other)

    def __le__(self, other: Any) -> Any:
        return self._asked("le", other)

    def __gt__(self, other: Any) -> Any:
        return self._asked("gt", other)

    def __ge__(self, other: Any) -> Any:
        return self._asked("ge", other)

    def __eq__(self, other: Any) -> Any:
        return self._asked("eq", other)

    def __ne__(self, other: Any) -> Any:
        return self._asked("ne", other)

    # Reading: from here on its value is part of the program --------------------------------------------------------------

    def _read(self, how: str) -> Any:
        return self._feeding.read(self, how)

    def __hash__(self) -> int:
        # Its own, not that of its value: nothing that was kept for a number finds it, and it is found by none.
        self._read("hash()")
        return object.__hash__(self)

    def __float__(self) -> float:
        return float(self._read("float()"))

    def __int__(self) -> int:
        return int(self._read("int()"))

    def __index__(self) -> int:
        return operator.index(self._read("an index or a size"))

    def __complex__(self) -> complex:
        return complex(self._read("complex()"))

    def __round__(self, digits: int | None = None) -> Any:
        return round(self._read("round()"), digits)

    def __trunc__(self) -> int:
        return int(self._read("trunc()"))

    def __floor__(self) -> int:
        return int(np.floor(self._read("floor()")))

    def __ceil__(self) -> int:
        return int(np.ceil(self._read("ceil()")))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._read("a NumPy array"), dtype)

    def __str__(self) -> str:
        return str(self._read("text"))

    def __repr__(self) -> str:
        return repr(self._read("text"))

    def __format__(self, spec: str) -> str:
        return format(self._read("text"), spec)

    def __copy__(self) -> Fed:
        return self

    def __deepcopy__(self, memory: Any) -> Fed:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a fed number belongs to the program that it was made for: it cannot be pickled.")


copyreg.pickle(Fed, Fed.__reduce__)  # refused whatever the protocol


@dataclass(frozen=True, eq=False)
class Guard:
    """A question that was answered from the present value.

    Args:
        question: One of :data:`QUESTIONS`.
        asked: Of whom.
        other: What it was compared with.
    """

    question: str
    asked: Fed
    other: Any

    def answer(self, values: Mapping[str, Number]) -> bool:
        """Return the answer for some values of the hyperparameters."""
        return bool(QUESTIONS[self.question](plain(self.asked, values), plain(self.other, values)))

    @property
    def key(self) -> Key:
        """Equal for equal questions."""
        return (self.question, key(self.asked), key(self.other))


def is_number(value: Any) -> TypeGuard[Any]:
    """Say whether a value is a number of Python's own or a fed one."""
    return isinstance(value, Fed | int | float)


def plain(value: Any, values: Mapping[str, Number]) -> Any:
    """Return what Python computes in a fed number's place for some values of the hyperparameters."""
    if not isinstance(value, Fed):
        return value
    if value._operation is None:
        return values[value._operands[0]]
    return ARITHMETIC[value._operation](*(plain(operand, values) for operand in value._operands))


def key(value: Any) -> Key:
    """Return what equal expressions have in common."""
    if not isinstance(value, Fed):
        return ("number", value)
    if value._operation is None:
        return ("fed", value._operands[0])
    return (value._operation, *map(key, value._operands))


def names(value: Any) -> Iterator[str]:
    """Yield the hyperparameters that a fed number is made of."""
    if isinstance(value, Fed):
        if value._operation is None:
            yield value._operands[0]
        else:
            for operand in value._operands:
                yield from names(operand)


def expression(value: Any) -> tuple[str | None, tuple[Any, ...], bool]:
    """Return operation and operands of a fed number, and whether it is a whole number."""
    return value._operation, value._operands, value._whole


def present(number: Fed) -> Any:
    """Return the value that a fed number has now, without a note: for the harness itself."""
    return plain(number, number._feeding.values)
