"""Output that no encoding stops and no text steers: what a terminal of another locale than UTF-8 shows, and control characters."""

from __future__ import annotations

import codecs
import io
import sys

from benchsuite.text import without_controls

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


def safe_output() -> None:
    """Let standard output and standard error take any text, whatever the locale says. Every verb starts with it."""
    codecs.register_error(HANDLER, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def escape(text: str) -> str:
    """Return a text as it stands in rich's markup, whoever wrote it: it makes no style and moves no cursor."""
    from rich.markup import escape as without_markup

    return without_markup(without_controls(text))


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
