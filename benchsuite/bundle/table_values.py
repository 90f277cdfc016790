"""Tables of a bundle by their values: what two versions of one table say, whatever wrote them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

TABLES = (".csv", ".md", ".parquet")
"""Endings of files that are compared so."""
LARGEST_TABLE = 512 * 2**20
"""Bytes of a Parquet table when it is unpacked."""
MOST_COLUMNS = 1_000

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""Its head and its rows."""


def other_value(name: str, held: bytes, made: bytes) -> str | None:
    """Return the first value of a file that is another one, in words; empty where all are the same.

    Args:
        name: Of the file, which ends as one of :data:`TABLES`.
        held: Its content.
        made: What the records give.

    Returns:
        ``None`` if nobody can say, since it is of another form: other tables, or other columns.
    """
    if name.endswith(".parquet"):
        return _other_in_parquet(held, made)
    read = _csv if name.endswith(".csv") else _markdown
    try:
        first, second = (list(read(text.decode())) for text in (held, made))
    except (UnicodeDecodeError, csv.Error):
        return None
    if [head for head, _ in first] != [head for head, _ in second]:
        return None
    for (head, rows), (_, right) in zip(first, second, strict=True):
        if len(rows) != len(right):
            return f"it has {len(rows):,} rows where the records give {len(right):,}"
        for row, other in zip(rows, right, strict=True):
            if row != other:
                at = next((at for at, pair in enumerate(zip(row, other, strict=False)) if pair[0] != pair[1]), 0)
                column = head[at] if at < len(head) else "a row"
                return f"{column} is {' '.join(row[at : at + 1])!r} where the records give {' '.join(other[at : at + 1])!r}"
    return ""


def other_words(held: bytes, made: bytes) -> bool:
    """Say whether a Markdown file has a line with a digit, beside its tables, that the records do not give."""
    known = set(made.decode(errors="replace").splitlines())
    return any(
        line not in known
        for line in held.decode(errors="replace").splitlines()
        if line[:1] != "|" and re.search(r"\d", line)
    )


def _csv(text: str) -> Iterator[Table]:
    head, *rows = [tuple(row) for row in csv.reader(io.StringIO(text))] or [()]
    yield head, rows


def _markdown(text: str) -> Iterator[Table]:
    held: list[tuple[str, ...]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            held.append(tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]))
        elif held:
            yield held[0], held[1:]
            held = []


def _other_in_parquet(held: bytes, made: bytes) -> str | None:
    import pyarrow
    from pyarrow import parquet

    try:
        about = parquet.ParquetFile(io.BytesIO(held)).metadata
        size = sum(about.row_group(at).total_byte_size for at in range(about.num_row_groups))
        if size > LARGEST_TABLE or about.num_columns > MOST_COLUMNS:
            return None
        right = parquet.read_table(io.BytesIO(made))
        if about.num_rows != right.num_rows:
            return f"it has {about.num_rows:,} rows where the records give {right.num_rows:,}"
        first = parquet.read_table(io.BytesIO(held))
    except (pyarrow.ArrowException, OSError, ValueError):
        return None
    if first.column_names != right.column_names:
        return None
    for column in first.column_names:
        if not _same(first[column].to_pylist(), right[column].to_pylist()):
            return f"its column {column} has other values than the records give"
    return ""


def _same(first: Sequence[object], second: Sequence[object]) -> bool:
    return repr(first) == repr(second)  # unlike == this tells 0.0 from -0.0, and not a number is itself
