"""Choices at the edge of a grid in words: in which seeds a claim's part chose the smallest or the largest value that there was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchsuite.claim_verdicts import ClaimVerdict, GridEdges, PartVerdict

MOST_SEEDS = 10
"""Seeds that are named; the file of the claim has all."""


def edge_sentences(part: PartVerdict) -> list[str]:
    """Return a sentence for each grid of a part of which an edge was chosen; one that says so where there are grids and none was."""
    found = [_sentence(grid, edges) for grid in part.grids if (edges := list(_edges(grid)))]
    if part.grids and not found:
        return ["Every value that was chosen lies inside of its grid."]
    return found


def edges_line(claim: ClaimVerdict) -> str:
    """Return which parts of a claim chose an edge of a grid and how often, in one sentence; nothing where none did."""
    told = []
    for part in claim.parts:
        seeds = {seed for grid in part.grids for seed in (*grid.smallest, *grid.largest)}
        if seeds:
            told.append(f"{part.name} ({len(seeds)} of {part.seeds} seeds)")
    return (
        f"Values at an edge of their grid were chosen in {', '.join(told)}: better ones may lie beyond." if told else ""
    )


def _sentence(grid: GridEdges, edges: Sequence[str]) -> str:
    first, last = grid.arms[0], grid.arms[-1]
    among = f"{first} … {last}" if len(grid.arms) > 2 else f"{first} and {last}"
    return f"At an edge of its grid: {grid.setting}, among {among} the {' and the '.join(edges)}; a better one may lie beyond."


def _edges(grid: GridEdges) -> Iterator[str]:
    for word, seeds in (("smallest", grid.smallest), ("largest", grid.largest)):
        if seeds:
            named = ", ".join(map(str, seeds[:MOST_SEEDS])) + (", …" if len(seeds) > MOST_SEEDS else "")
            yield f"{word} in {len(seeds)} of {grid.seeds} seeds ({named})"
