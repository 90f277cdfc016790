"""Texts that plugins, records and files bring along, before a terminal shows them."""

from __future__ import annotations

CONTROLS = {
    code: ascii(chr(code))[1:-1]
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}
"""Control character → its escape. A terminal obeys them: it would hide, move or rename what is shown."""


def without_controls(text: str) -> str:
    """Return a text with its control characters shown as escapes; lines and tabs stay. Plugins, records and files write texts."""
    return text.translate(CONTROLS)
