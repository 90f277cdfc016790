"""The one door to the terminal: no encoding stops what is printed, and no text of others steers it.

What is ours is written out where it is printed; what others wrote goes into its places, and is shown letter for letter.
Whatever is printed without this door, by a hook of a plugin for one, loses its power over the terminal too.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import re
import sys
from collections.abc import Iterator, Sequence
from string import Formatter
from typing import IO, TYPE_CHECKING, Any

from benchsuite.cli.outlet import CannotPrint, Outlet
from benchsuite.text import one_line, shortened, without_controls

if TYPE_CHECKING:
    from rich.console import Console
    from rich.segment import Segment
    from rich.table import Table
    from rich.text import Text

PLAIN = {
    "↑": "^", "↓": "v", "→": ">", "←": "<-", "–": "-", "—": "-", "−": "-", "×": "x", "·": "*", "…": ".", "±": "+-",
    "≤": "<=", "≥": ">=", "∞": "inf", "’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "━": "-", "─": "-",
    "╺": "-", "╸": "-", "│": "|", "✓": "+", "✗": "x", "•": "*", "≈": "~=", "≠": "!=", "÷": "/", "′": "'", "‖": "||",
    "⟨": "<", "⟩": ">", "⌊": "floor(", "⌋": ")", "⊙": "*", "½": "1/2", "¼": "1/4", "¾": "3/4", "ᵀ": "^T", "ᵗ": "^t",
    "ˣ": "^x", "ⁿ": "^n", "ⁱ": "^i", "ₜ": "_t", "ₖ": "_k", "ᵢ": "_i", "ₙ": "_n", "ₛ": "_s", "ŝ": "s_hat", "Ĝ": "G_hat",
    "ỹ": "y_tilde", "\u0302": "_hat", "\u0304": "_bar", "\u0303": "_tilde",
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", (f"^{digit}" for digit in range(10)), strict=True)), "⁻": "^-", "⁺": "^+",
    **dict(zip("₀₁₂₃₄₅₆₇₈₉", (f"_{digit}" for digit in range(10)), strict=True)), "₊": "_+", "₋": "_-", "₌": "_=",
    "₍": "_(", "₎": ")",
}  # fmt: skip
"""What stands for letters that an encoding lacks; others are written as an escape, as is a byte that is no text."""
WORDS = {
    "∇": "grad", "√": "sqrt", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
"""Letters of formulas that are read as words; beside another letter a space keeps them apart."""
HANDLER = "benchsuite.plain"
LONGEST = 20_000
"""Letters of one text that is printed: sixty settings are named in fewer."""
WARNINGS = ("[yellow]![/] ", "[red]![/] ")
"""How a line begins that is a warning."""
STYLE = re.compile(r"\[(/|bold|dim|red|green|yellow)\]")


class Harmless:
    """A stream that shows control characters instead of sending them: no colours, no cursor, no way around it.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: IO[str]) -> None:
        self.inner = stream

    def write(self, text: str) -> int:
        """Write a text. A line that would be written over another stands below it."""
        # A text alone: bytes are refused as a stream of texts does.
        self.inner.write(without_controls(str.replace(str.replace(text, "\r\n", "\n"), "\r", "\n")))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write texts."""
        for line in lines:
            self.write(line)

    def isatty(self) -> bool:
        """Say that it is no terminal, so that nobody tries to colour it."""
        return False

    def __getattr__(self, name: str) -> Any:
        if name in ("inner", "buffer"):
            raise AttributeError(name)
        return getattr(self.inner, name)


def safe_output() -> None:
    """Let standard output and standard error take any text, whatever the locale says. Every verb starts with it."""
    codecs.register_error(HANDLER, _plain)
    for name, called in (("stdout", "standard output"), ("stderr", "standard error")):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)
            setattr(sys, name, Harmless(Outlet(stream, called)))  # type: ignore[arg-type]  # it is one


def terminal(*, errors: bool = False) -> Console:
    """Return standard output as rich writes to it; standard error for what is said beside a result that a program reads."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    return Console(file=stream.inner if isinstance(stream, Harmless) else None, stderr=errors, highlight=False)


def beside() -> Console:
    """Return standard error as rich writes to it: for what is said beside a result that a program reads."""
    from rich.console import Console

    return Console(file=sys.stderr.inner if isinstance(sys.stderr, Harmless) else sys.stderr, highlight=False)


def agreed(console: Console, ours: str, *values: object) -> bool | None:
    """Ask a question that is answered with y or n, n unless answered; ``None`` where nobody can: input or output is no terminal.

    Args:
        console: Where to.
        ours: What is ours, with a place ``{}`` for each value; see :func:`say`.
        values: What others wrote, and numbers.
    """
    if not (sys.stdin.isatty() and console.is_terminal):
        return None
    console.print(cell(f"{_filled(ours, iter(values))} [y/N] "), end="", soft_wrap=True)
    try:
        return input().strip().lower() in ("y", "yes")
    except EOFError:
        console.print()
        return False


def say(console: Console, ours: str, *values: object, prose: bool = False) -> None:
    """Print a line, as long as it is: the terminal breaks it, and a file has it whole.

    Prose is broken between words on a terminal, and so is a warning, which begins with ``!``.

    Args:
        console: Where to.
        ours: What is ours, written out: ``[red]words[/]`` for a style, a place ``{}`` for each value.
        values: What others wrote, and numbers. No text of theirs is ever part of what is searched for styles.
        prose: Whether it is sentences.
    """
    from rich.text import Text

    line, style, left = Text(), "", iter(values)
    for number, part in enumerate(STYLE.split(ours)):
        if number % 2:
            style = part.strip("/")
        else:
            line.append(_filled(part, left), style)
    console.print(line, highlight=False, soft_wrap=not (console.is_terminal and (prose or ours.startswith(WARNINGS))))


def _filled(ours: str, values: Iterator[object]) -> str:
    said = ""
    for text, place, form, _ in Formatter().parse(ours):
        said += text
        if place is not None:
            value = next(values)
            said += format(value if isinstance(value, int | float) else _line(value), form or "")
    return said


def _line(value: object) -> str:
    return one_line(shortened(str(value), LONGEST))


def quote(console: Console, text: str) -> None:
    """Print lines that others wrote, such as a traceback, letter for letter."""
    console.print(cell(text.rstrip(), "dim"), highlight=False, soft_wrap=True)


def indented(console: Console, text: str, by: int, style: str = "") -> None:
    """Print a paragraph that others wrote, broken between words so that all its lines are indented."""
    from rich.padding import Padding

    console.print(Padding(cell(text, style), (0, 0, 0, by)))


def paragraph(console: Console, ours: str, *values: object, by: int) -> None:
    """Print an indented paragraph: broken between words on a terminal, one line whole in a file or a pipe.

    Args:
        console: Where to.
        ours: What is ours, with a place ``{}`` for each value; see :func:`say`.
        values: What others wrote.
        by: Letters to indent by.
    """
    import textwrap

    text = _filled(ours, iter(values))
    broken = textwrap.wrap(text, max(20, console.width - by), break_long_words=False, break_on_hyphens=False)
    for line in broken if console.is_terminal else [text]:
        say(console, "{}{}", " " * by, line)


def as_json(value: object) -> None:
    """Print a value as JSON: pure ASCII, so that no letter of others steers anything."""
    import json

    print(json.dumps(value, indent=2).replace("\x7f", "\\u007f"))


def show(console: Console, *tables: Table) -> None:
    """Print tables, whose cells are :func:`cell`, with an empty line below each; no line ends with blanks."""
    from rich.segment import Segment, Segments

    for table in tables:
        for line in console.render_lines(table, pad=False):
            console.print(Segments([*_trimmed(line), Segment.line()]), end="")
        console.print()


def _trimmed(line: Sequence[Segment]) -> list[Segment]:
    """Return a line without the blanks at its end."""
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    return [*kept[:-1], *(one._replace(text=one.text.rstrip()) for one in kept[-1:])]


def cell(text: object, style: str = "") -> Text:
    """Return what others wrote as the content of a table, or its title: no markup, no control characters; lines stay."""
    from rich.text import Text

    return Text(without_controls(shortened(str(text), LONGEST)), style)


def echo(ours: str, *values: object) -> None:
    """Print a line without styles, where nothing else needs rich; see :func:`say`."""
    print(_filled(ours, iter(values)))


def complain(error: Exception) -> None:
    """Print to standard error, in one line, what the user can mend; where that cannot be, be silent."""
    with contextlib.suppress(OSError, CannotPrint):
        print(f"benchsuite: {_line(error)}", file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, CannotPrint):
            print_rest(stream)


def print_rest(*streams: IO[str] | None) -> None:
    """Print what is held back, and raise what failed before, so that it can be said.

    Args:
        streams: Which.
    """
    for stream in streams:
        if stream is not None:
            stream.flush()
            if (failed := getattr(stream, "failed", None)) is not None:
                raise failed


def advise(origin: str, library: str) -> None:
    """Say on standard error what would make a plugin load faster."""
    line = _line(f"{origin} imports {library} when it is loaded, and who loads it waits: import it inside make")
    print(f"benchsuite: {line}; a class that inherits from one of {library}'s goes into make as well.", file=sys.stderr)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object
    return "".join(_stands_for(text, place) for place in range(error.start, error.end)), error.end


def _stands_for(text: str, place: int) -> str:
    letter = text[place]
    if letter not in WORDS:
        return PLAIN.get(letter) or letter.encode("ascii", "backslashreplace").decode()
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    # Of two such letters the second one makes the space.
    return " " * before.isalnum() + WORDS[letter] + " " * (after.isascii() and after.isalnum())
