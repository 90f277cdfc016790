"""Hostile plugins in one run beside sgd, adam and momentum: these have the bits of an undisturbed run, whatever the others do."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.attack.hostile import ALONE, HOSTILE, MAIN, TOGETHER, Hostile, placed
from tests.attack.study import BUNDLED, Ended, Numbers, Running, Study
from tests.attack.table import Attack, Found

# Many programs rather than many seeds: their trials are spread over the whole run, between those of the hostile ones.
SETTINGS = ("sgd[learning_rate=0.1,0.05]", "adam[beta_1=0.9,0.8,0.7]", "momentum[momentum=0.9,0.8,0.7,0.6]")
TASK = ("--task", "noisy_quadratic", "--epochs", "3", "--seeds", "1")
TIMEOUT = int(os.environ.get("ATTACK_TIMEOUT", "15"))
"""Seconds that a trial may take: few, since many of them hang; on a busy machine the good ones need more."""
MEMORY = 6
LARGEST_RECORD = 300_000
LARGEST_OUTPUT = 1_000_000
LARGEST_FOLDER = 300_000_000
"""Bytes: what prints without end may not fill the disk."""
ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_undisturbed: dict[Path, Numbers] = {}


def undisturbed(folder: Path) -> Numbers:
    """Return the numbers of the bundled optimizers with nobody else there; computed once for all attacks of a process."""
    if folder not in _undisturbed:
        study = Study(folder)
        ended = study.run("run", "--no-local", "--optimizer", ",".join(SETTINGS), *TASK, "--workers", "2")
        assert ended.code == 0, ended
        assert not ended.left, ended.left
        _undisturbed[folder] = study.numbers()
        assert all(held["outcome"] == "completed" for held in _undisturbed[folder].values())
    return _undisturbed[folder]


@dataclass
class Beside:
    """A run of hostile plugins beside bundled ones, and what came of it."""

    study: Study
    hostile: Sequence[Hostile]
    ended: Ended
    wanted: Numbers
    found: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self.found = self.study.numbers()

    def of(self, hostile: Hostile) -> list[dict[str, Any]]:
        """Return the records of a hostile plugin."""
        chosen = (held["spec"]["recipe"][hostile.kind][0]["name"] for held in self.found.values())
        return [
            held for name, held in zip(chosen, self.found.values(), strict=True) if name == hostile.selected and name
        ]

    def disturbed(self) -> list[str]:
        """Return what is wrong with the bundled ones, one line for each trial."""
        wrong = []
        for trial, wanted in self.wanted.items():
            name = wanted["spec"]["recipe"]["optimizer"][0]["name"]
            found = self.found.get(trial)
            if found is None:
                wrong.append(f"{name} has no record")
            elif found["outcome"] != wanted["outcome"]:
                wrong.append(f"{name} is {found['outcome']}: {found['reason'][:150]}")
            elif found != wanted:
                differing = [key for key in wanted if found.get(key) != wanted[key]]
                wrong.append(f"{name} has other bits ({', '.join(differing)})")
        return wrong

    def judge(self, found: Found, code: int = 0) -> None:
        """Note all that does not hold."""
        ended = self.ended
        found.need(ended.code == code, f"exit code {ended.code} instead of {code}: {ended}")
        for wrong in self.disturbed():
            found.need(False, wrong)
        for left in ended.left:
            found.need(False, f"left behind: {left}")
        for one in self.hostile:
            self._judge_plugin(one, found)
        found.need(len(ended.out) < LARGEST_OUTPUT, f"it printed {len(ended.out):,} characters")
        found.need("Traceback (most recent" not in ended.out + ended.err, f"it printed a traceback: {ended}")
        odd = ESCAPES.search(ended.out + ended.err)
        found.need(odd is None, f"it printed a control character: {odd and odd[0]!r}")
        for path in self.study.results.glob("trials/??/*.json"):
            found.need(
                path.stat().st_size < LARGEST_RECORD, f"the record {path.name} has {path.stat().st_size:,} bytes"
            )
        size = sum(path.stat().st_size for path in self.study.results.rglob("*") if path.is_file())
        found.need(size < LARGEST_FOLDER, f"the results folder has {size:,} bytes")

    def _judge_plugin(self, one: Hostile, found: Found) -> None:
        if one.broken:
            lines = [line for line in self.ended.out.splitlines() if line.startswith(f"! ./plugins/{one.name}.py: ")]
            found.need(len(lines) == 1, f"{one.name} is named as broken in {len(lines)} lines")
            found.need(all(one.broken in line for line in lines), f"{one.name}: {lines[:1]}"[:400])
        elif one.selected:
            records = self.of(one)
            found.need(len(records) == 1, f"{one.name} has {len(records)} records")
            for record in records:
                found.need(
                    record["outcome"] in one.ends,
                    f"{one.name} is {record['outcome']}, not {' or '.join(sorted(one.ends))}: {str(record['reason'])[:200]}",
                )


def arguments(hostile: Iterable[Hostile], timeout: int) -> list[str]:
    """Return the arguments of a run with hostile plugins."""
    chosen: dict[str, list[str]] = {"optimizer": list(SETTINGS)}
    for one in hostile:
        if one.selected:
            chosen.setdefault(one.kind, []).append(one.selected)
    selections = [word for kind, names in chosen.items() for word in (f"--{kind}", ",".join(names))]
    return ["run", *selections, *TASK, "--workers", "2", "--timeout", str(timeout), "--memory", str(MEMORY)]


def beside(folder: Path, hostile: Sequence[Hostile], wanted: Numbers, *, timeout: int, limit: float) -> Beside:
    """Run hostile plugins beside bundled ones."""
    study = Study(folder)
    placed(hostile, study.plugins)
    return Beside(study, hostile, study.run(*arguments(hostile, timeout), limit=limit), wanted)


def batch(name: str) -> list[Hostile]:
    """Return the plugins that are tried in one run."""
    return [one for one in HOSTILE if one.batch == name]


def _many(hostile: Sequence[Hostile]) -> Callable[[Path], Found]:
    def attack(folder: Path) -> Found:
        found = Found()
        tried = beside(
            folder, hostile, undisturbed(folder.parent / "undisturbed"), timeout=TIMEOUT, limit=900 + 20 * TIMEOUT
        )
        tried.judge(found)
        outcomes = [str(record["outcome"]) for one in hostile for record in self_of(tried, one)]
        counted = ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(sorted(outcomes)))
        found.measured = (
            f"{len(hostile)} plugins ({counted}, {sum(bool(one.broken) for one in hostile)} broken); "
            f"{len(tried.wanted) - len(tried.disturbed())} of {len(tried.wanted)} trials of {', '.join(BUNDLED)} have their bits"
        )
        if tried.ended.code == 0:
            _again(tried, found)
        return found

    return attack


def self_of(tried: Beside, one: Hostile) -> list[dict[str, Any]]:
    """Return the records of one plugin, none for those that run nothing."""
    return tried.of(one) if one.selected else []


def _again(tried: Beside, found: Found) -> None:
    """Nothing is computed again, and the report is written and small."""
    before = {name: content for name, content in tried.study.files().items() if name[:-5] in tried.wanted}
    again = tried.study.run(*arguments(tried.hostile, TIMEOUT), limit=300)
    found.need(again.code == 0, f"the same run again: {again}")
    found.need(before.items() <= tried.study.files().items(), "the same run again changed records of bundled ones")
    report = tried.study.run("report", "--no-local", limit=120)
    found.need(report.code == 0, f"the report: {report}")
    page = tried.study.results / "report/index.html"
    pages = sorted(page.parent.rglob("*.html"))
    size = sum(one.stat().st_size for one in pages)
    found.need(page.is_file() and size < 20_000_000, "there is no report, or it is huge")
    for one in pages:
        text = one.read_text(encoding="utf-8")
        found.need(
            "<script>alert" not in text and not ESCAPES.search(text), "the report holds what a plugin said, unescaped"
        )


def _ends_the_run(one: Hostile) -> Callable[[Path], Found]:
    """What ends the run: nothing is lost, and without the plugin the same study goes on to its end."""

    def attack(folder: Path) -> Found:
        found = Found()
        wanted = undisturbed(folder.parent / "undisturbed")
        study = Study(folder)
        placed([one], study.plugins)
        running = study.start(*arguments([one], TIMEOUT))
        if one.name == "stops_the_run":
            running.wait_for(lambda: _continued(running), limit=120)
        if one.name == "hangs_in_hook":
            running.wait_for(lambda: len(study.files()) >= 1, limit=90)
            running.wait_for(lambda: False, limit=3)
            running.signal(signal.SIGINT)
        ended = running.ended(120)
        for left in ended.left:
            found.need(False, f"left behind: {left}")
        found.need(ended.code is not None, f"it did not end: {ended}")
        kept = study.numbers()
        found.need(
            all(kept[trial] == wanted[trial] for trial in kept if trial in wanted),
            "records of bundled ones have other bits",
        )
        go_on = study.run(*arguments([], TIMEOUT), "--no-local")
        found.need(go_on.code == 0, f"going on without it: {go_on}")
        after = study.numbers()
        found.need(all(after.get(trial) == held for trial, held in wanted.items()), "the bits differ after going on")
        found.need(all(after.get(trial) == held for trial, held in kept.items()), "records were lost")
        found.measured = (
            f"exit {ended.code} with {len(kept)} records kept; without the plugin exit {go_on.code} and all bits"
        )
        return found

    return attack


def _continued(running: Running) -> bool:
    """Continue a run wherever it is stopped, since ``make`` is called more than once; say whether it has ended."""
    if stopped(running.process.pid):
        running.signal_all(signal.SIGCONT)
    return running.process.poll() is not None


def stopped(pid: int) -> bool:
    """Say whether a process is stopped."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] == "T"
        )
    except OSError:
        return False


def attacks() -> list[Attack]:
    """Return the attacks of this module."""
    same = "exit 0; sgd, adam and momentum have the bits of an undisturbed run; each plugin its own outcome; nothing is left"
    alone = "the run ends or goes on as documented, nothing is lost, and without the plugin it goes on to the same bits"
    return [
        Attack("plugins that act in a trial", same, _many(batch(TOGETHER))),
        Attack("plugins that act wherever they are imported", same, _many(batch(MAIN))),
        *(Attack(f"a plugin that {one.does[0].lower()}{one.does[1:].rstrip('.')}", alone, _ends_the_run(one)) for one in batch(ALONE)),
    ]  # fmt: skip


def together(names: Sequence[str]) -> Attack:
    """Return the attack of some plugins in one run."""
    return Attack(", ".join(names), "as all of them", _many([one for one in HOSTILE if one.name in names]))


def one_by_one(folder: Path, names: Sequence[str], timeout: int = TIMEOUT) -> Iterable[str]:
    """Try plugins each in a run of its own, to find which one does harm; one line for each."""
    wanted = undisturbed(folder / "undisturbed")
    for one in HOSTILE:
        if names and one.name not in names:
            continue
        found = Found()
        tried = beside(folder / one.name, [one], wanted, timeout=timeout, limit=200)
        tried.judge(found)
        ended = json.dumps([(record["outcome"], str(record["reason"])[:120]) for record in self_of(tried, one)])
        yield f"{'held' if not found.broken else 'BROKEN'} {one.name} {tried.ended.seconds:.0f} s {ended} {'; '.join(found.broken)[:1500]}"
