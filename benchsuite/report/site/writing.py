"""Write the site into a folder: whole files alone, nothing anew that is as it was, and nothing left that is no longer made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchsuite.analysis.measures import Predictions
from benchsuite.cost_files import CostTable
from benchsuite.folder import Folder
from benchsuite.record import Record
from benchsuite.report.contents import Contents
from benchsuite.report.site.cards import ComponentCard, TaskCard
from benchsuite.report.site.certificate_view import Certificate
from benchsuite.report.site.inputs import inputs_mark
from benchsuite.report.site.known_claim import KnownClaim, in_order
from benchsuite.report.site.laying_out import site_files
from benchsuite.report.site.site import SiteData
from benchsuite.report.tables.csv_table import leaderboard_csv
from benchsuite.searches import search_to_json

MANIFEST = "site.json"
"""What the site was made of and which files it has: those of them that are not made any more are deleted, and no others."""


def write_report(
    records: Contents | Iterable[Record],
    folder: Path,
    *,
    stale: int = 0,
    stale_shown: bool = False,
    problems: Sequence[str] = (),
    probes: Mapping[str, Mapping[str, Any]] | None = None,
    predictions: Mapping[str, Predictions] | None = None,
    certificates: Mapping[str, Certificate] | None = None,
    costs: Sequence[CostTable] = (),
    numbers: bool = False,
    components: Mapping[tuple[str, str], ComponentCard] | None = None,
    tasks: Mapping[str, TaskCard] | None = None,
    statements: Sequence[Mapping[str, Any]] = (),
    challenges: Sequence[Mapping[str, Any]] = (),
    disputes: Sequence[Mapping[str, Any]] = (),
    studies: Sequence[Mapping[str, Any]] = (),
    older: Sequence[Mapping[str, Any]] = (),
    claims: Sequence[KnownClaim] = (),
    trials: str = "../trials",
) -> Path:
    """Write the site and ``leaderboard.csv`` into ``folder`` and return the path of its first page, ``index.html``.

    Equal records give equal bytes, in whatever order they come. Each file is replaced as a whole or left as it was, and a
    site that was made from these very inputs stays as it is.

    Args:
        records: The records to show; one that is given twice counts once.
        folder: Where the files go; made if it is missing. The folder that it lies in must be there.
        stale: How many records are stale: other code, other data or an earlier benchsuite made them.
        stale_shown: Whether these are among the records; else they were left aside.
        problems: What went wrong while the records were read or the plugins loaded, one line each.
        probes: Id → what the probes of that trial found, for those trials that were probed.
        predictions: Id → the stored predictions of that trial, for those trials that have them.
        certificates: Task → its certificate, for those tasks that have one.
        costs: What `benchsuite cost` measured, in the order in which it is shown.
        numbers: Whether the numbers of all rows are shown as well.
        components: Kind and name → what the plugin declares, of those that are known here.
        tasks: Name → what the plugin declares, of those that are known here.
        statements: What verifiers found, plain data.
        challenges: Bundles that answer others, plain data.
        disputes: Records that another has with other numbers, plain data.
        studies: What was asked of the folder, plain data.
        older: Boards of earlier rules, plain data.
        claims: Those that have a verdict, in any order.
        trials: Where the files of the trials lie, from the folder; empty where they do not lie beside it.

    Raises:
        OSError: If a file cannot be written; each is as it was before, or whole.
    """
    data = SiteData(
        Contents.of(records),
        components=components or {},
        tasks=tasks or {},
        probes=probes or {},
        predictions=predictions or {},
        certificates=certificates or {},
        costs=costs,
        problems=problems,
        stale=stale,
        stale_shown=stale_shown,
        numbers=numbers,
        statements=statements,
        challenges=challenges,
        disputes=disputes,
        studies=studies,
        older=older,
        claims=in_order(claims),
        trials=trials,
    )
    return write_site(data, Path(folder))


def write_site(data: SiteData, folder: Path) -> Path:
    """Write the site of some data and return the path of its first page; see :func:`write_report`."""
    results = Folder(folder.parent)
    results.write(f"{folder.name}/leaderboard.csv", leaderboard_csv(data.contents.boards).encode())
    mark = inputs_mark(data.records, _inputs(data))
    before = _manifest(folder)
    if before["inputs"] == mark and all((folder / name).is_file() for name in before["files"]):
        return folder / "index.html"
    made: dict[str, str] = {}
    for path, content in site_files(data):
        made[path] = hashlib.sha256(content).hexdigest()
        if not _is(folder / path, content):
            results.write(f"{folder.name}/{path}", content)
    for path in sorted(set(before["files"]) - set(made)):
        with suppress(OSError):  # it lies in a folder that somebody replaced
            results.remove(f"{folder.name}/{path}")
    said = json.dumps({"inputs": mark, "files": made}, indent=1, sort_keys=True)
    results.write(f"{folder.name}/{MANIFEST}", said.encode())
    return folder / "index.html"


def _inputs(data: SiteData) -> list[Any]:
    """Return all that decides the site beside its records, as JSON."""
    contents = data.contents
    return [
        [
            data.stale,
            data.stale_shown,
            list(data.problems),
            data.numbers,
            data.trials,
            contents.measure,
            contents.track,
        ],
        data.probes,
        sorted(data.predictions),
        data.certificates,
        sorted([*key, name] for key, name in contents.same_as.items()),
        sorted(search_to_json(search).decode() for search in contents.searches),
        [asdict(one) for one in data.costs],
        [asdict(card) for _, card in sorted(data.components.items())],
        [asdict(card) for _, card in sorted(data.tasks.items())],
        [one.plain() for one in data.claims],
        [list(one) for one in (data.statements, data.challenges, data.disputes, data.studies, data.older)],
    ]


def _manifest(folder: Path) -> dict[str, Any]:
    """Return what was written before; nothing where no manifest can be read, or where one names what is no file of a site."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
        files = found["files"]
        if all(isinstance(name, str) and not name.startswith("/") and ".." not in name.split("/") for name in files):
            return {"inputs": found["inputs"], "files": files}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {"inputs": None, "files": {}}


def _is(path: Path, content: bytes) -> bool:
    """Say whether a file holds these very bytes."""
    try:
        return path.stat().st_size == len(content) and not path.is_symlink() and path.read_bytes() == content
    except OSError:
        return False
