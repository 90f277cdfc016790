"""What ``benchsuite check`` has found out about one component or task: as JSON, as text, and its tracebacks in a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchsuite.conformance.finding import Finding
from benchsuite.conformance.step import Looked, TriedOn
from benchsuite.errors import BenchsuiteError
from benchsuite.files import cache_folder, write_whole
from benchsuite.text import one_line, shortened, without_controls, without_styles

FORMAT = 1
"""Of the JSON: it changes when a key goes or means something else."""
LONGEST_REASON = 100


def traceback_folder() -> Path:
    """Return where tracebacks are written unless another folder is given."""
    return cache_folder() / "checks"


@dataclass
class CheckAccount:
    """What is known so far.

    Args:
        kind: Its kind.
        name: Its name.
        plugin: Where its plugin came from.
    """

    kind: str
    name: str
    plugin: str = ""
    findings: list[Finding] = field(default_factory=list)
    tried: list[TriedOn] = field(default_factory=list)

    def add(self, looked: Looked) -> None:
        """Take what came of a step."""
        self.findings += looked.findings
        self.tried += [looked.tried] if looked.tried else []

    @property
    def broken(self) -> list[Finding]:
        """The broken promises."""
        return [finding for finding in self.findings if finding.problem]

    @property
    def tried_on(self) -> str:
        """The tiny tasks on which it was tried, in one line; of one that it did not train while it trained another, why."""
        trained = any(one.trained for one in self.tried)
        return one_line(", ".join(_tried(one, trained) for one in self.tried))

    def write_tracebacks(self, folder: Path) -> Path | None:
        """Write all tracebacks into a file of a folder, which is made; the file of an earlier check goes.

        Returns:
            The file; ``None`` if there are no tracebacks.

        Raises:
            BenchsuiteError: If it cannot be written.
        """
        path = folder / f"{self.kind.replace('_', '-')}-{self.name}.txt"
        parts = [*self._tracebacks()]
        try:
            if not parts:
                path.unlink(missing_ok=True)
                return None
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, without_controls(without_styles("\n".join(parts))).encode(errors="backslashreplace"))
        except OSError as error:
            raise BenchsuiteError(
                f"tracebacks cannot be written to {path}: {error}. Name another folder with --tracebacks."
            ) from error
        return path

    def _tracebacks(self) -> Iterator[str]:
        for finding in self.broken:
            if finding.traceback:
                yield f"{finding.promise}\n{finding.problem}\n\n{finding.traceback}\n"
        for one in self.tried:
            told = any(one.finding.traceback in finding.traceback for finding in self.broken)
            if one.finding.traceback and not told:
                yield f"on {one.task}: {one.finding.problem}\n\n{one.finding.traceback}\n"

    def to_json(self, tracebacks: Path | None) -> dict[str, Any]:
        """Return all of it as JSON has it.

        Args:
            tracebacks: The file in which they stand, if there are any.
        """
        return {
            "kind": self.kind,
            "name": self.name,
            "plugin": self.plugin,
            "kept": not self.broken,
            "promises": [
                {"promise": one.promise, "kept": not one.problem, **_about(one, tracebacks)} for one in self.findings
            ],
            "tried_on": [
                {"task": one.task, "trained": one.trained, **_about(one.finding, tracebacks)} for one in self.tried
            ],
        }


def _about(finding: Finding, tracebacks: Path | None) -> dict[str, Any]:
    return {
        "problem": finding.problem or None,
        "where": finding.where or None,
        "source": finding.line or None,
        "cure": finding.cure or None,
        "traceback_file": str(tracebacks) if tracebacks and finding.traceback else None,
    }


def _tried(one: TriedOn, others: bool) -> str:
    if one.trained:
        return f"{one.task} ✓"
    return f"{one.task} ✗" + (f" {shortened(one.finding.problem, LONGEST_REASON)}" if others else "")


def in_words(finding: Finding) -> str:
    """Return a broken promise as a few lines of text, none of them broken."""
    lines = [finding.promise, f"  {finding.problem}"]
    if finding.where:
        lines.append(f"  at {finding.where}")
    if finding.line:
        lines.append(f"    {finding.line}")
    if finding.cure:
        lines.append(f"  {finding.cure}")
    return "\n".join(one_line(line) for line in lines)
