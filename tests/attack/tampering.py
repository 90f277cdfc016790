"""Files of a results folder that somebody changed: each is named in one line, and the rest is used."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.attack.beside import ESCAPES
from tests.attack.kills import STUDY
from tests.attack.study import Study
from tests.attack.table import Attack, Found

Change = Callable[[dict[str, Any]], None]


def _set(*keys: str, to: object) -> Change:
    def change(record: dict[str, Any]) -> None:
        place = record
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to

    return change


def _shorter(record: dict[str, Any]) -> None:
    record["curves"]["test_loss"].pop()


# Each breaks the file of one record. The files themselves are written below, since some are no JSON at all.
CHANGES: dict[str, Change] = {
    "text for a number": _set("costs", "train_seconds", to="long"),
    "NaN in costs": _set("costs", "train_seconds", to=float("nan")),
    "10 to the 300 in costs": _set("costs", "wall_seconds", to=-1e300),
    "curves of unequal length": _shorter,
    "a curve of texts": _set("curves", "test_loss", to=["x"]),
    "an outcome that is none": _set("outcome", to="\x1b[31mgreat"),
    "a list for a record's results": _set("results", to=[]),
    "a seed that is none": _set("spec", "seed", to=-1),
    "another id": _set("id", to="0" * 32),
    "a newer format": _set("format", to=99),
    "a reason that is a number": _set("reason", to=7),
    "a recipe of nothing": _set("spec", "recipe", to={}),
}


def _tampered(folder: Path) -> Found:
    found = Found()
    study = Study(folder / "study")
    ended = study.run("run", *STUDY, "--seeds", "8", "--epochs", "20")
    found.need(ended.code == 0, str(ended))
    files = sorted(study.results.glob("trials/??/*.json"))
    random.Random(12).shuffle(files)
    broken: dict[str, str] = {}
    for what, change in CHANGES.items():
        path = files.pop()
        record = json.loads(path.read_text())
        change(record)
        path.write_text(json.dumps(record))
        broken[path.name] = what
    half = files[-1].read_bytes()[:600]
    contents = {"nothing": b"", "half a record": half, "bytes": bytes(range(256)), "brackets": b"[" * 10**5}
    for what, content in contents.items():
        path = files.pop()
        path.write_bytes(content)
        broken[path.name] = what
    path = files.pop()
    path.unlink()
    os.mkfifo(path)
    broken[path.name] = "a FIFO"
    path = files.pop()
    path.unlink()
    path.mkdir()
    broken[path.name] = "a folder"
    wrong = study.results / "trials/zz" / files[0].name
    wrong.parent.mkdir()
    wrong.write_bytes(files[0].read_bytes())
    strangers = {"._x.json": "a file of another system's", "notes.json": "a file of nobody's"}
    for name in strangers:
        (files[0].parent / name).write_bytes(b"{}")
    for verb in (("report", "--no-local"), ("doctor", "--results", str(study.results), "--no-local")):
        told = study.run(*verb, limit=120)
        found.need(told.code is not None, f"{verb[0]} hangs")
        found.need("Traceback" not in told.out + told.err, f"{verb[0]} shows a traceback: {told}")
        found.need(not ESCAPES.search(told.out + told.err), f"{verb[0]} prints a control character")
        for name, what in broken.items():
            lines = [line for line in (told.out + told.err).splitlines() if name in line]
            # The report names some and says how many more there are; doctor names all.
            found.need(
                len(lines) == 1 or (verb[0] == "report" and not lines), f"{verb[0]} names {what} in {len(lines)} lines"
            )
        if verb[0] == "report":
            found.need(told.code == 0, f"the report: {told}")
            found.need(
                " more: benchsuite doctor --results" in told.out, "the report does not say how many more there are"
            )
    ended = study.run("run", *STUDY, "--seeds", "8", "--epochs", "20", limit=200)
    found.need(ended.code in (0, 1, 2), f"run: {ended}")
    found.need("Traceback" not in ended.out + ended.err, f"run shows a traceback: {ended}")
    found.measured = (
        f"{len(broken)} broken records and {len(strangers) + 1} strange files: report exit 0, run exit {ended.code}"
    )
    return found


def attacks() -> list[Attack]:
    """Return the attacks of this module."""
    holds = "report, doctor and run name each in one line, use the rest, and neither hang nor show a traceback"
    return [Attack("records that somebody changed", holds, _tampered)]
