"""Files of costs: what is written is what was measured, pytest-benchmark reads it, and nothing that lies there stops a reader."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchsuite.cost_files import FILE, CostTable, NotCosts, all_costs, newest, read_costs
from benchsuite.costs.options import Costing
from benchsuite.costs.request import contests
from benchsuite.costs.said import ContestTimed
from benchsuite.costs.written import table_of, write
from benchsuite.costs_now import costs_now
from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError
from benchsuite.examination import examine, set_aside
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.report.tables.cost_table import cost_table
from benchsuite.store import Store
from tests.costs.courses import FAILED, OTHER, course
from tests.report.reading import HOSTILE, Page, site


def written(folder: Path, one: ContestTimed) -> Path:
    return write(folder, one, table_of(one))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, course(OTHER, FAILED))


def test_a_file_holds_ratios_within_rounds(file: Path) -> None:
    table = read_costs(file)
    sgd, adam = table.rows
    assert (sgd.ratio, sgd.low, sgd.high) == (1.0, 1.0, 1.0)
    assert (adam.ratio, adam.low, adam.high) == pytest.approx((2.0, 2.0, 2.5))
    assert (adam.milliseconds, adam.state_bytes, adam.compile_seconds) == pytest.approx((3.0, 8.0, 1.25))
    assert table.failed == {"l_bfgs": "Unsupported: it needs the whole training part"}
    assert (table.against, table.task, table.rounds, table.steps) == ("sgd", "digits_mlp", 5, 10)


def test_pytest_benchmark_compares_it(file: Path) -> None:
    other = written(file.parents[1], course(replace(OTHER, seconds=(0.001,) * 5)))
    done = subprocess.run(
        [sys.executable, "-m", "pytest_benchmark", "compare", str(file), str(other), "--columns=min,median,rounds"],
        capture_output=True,
        text=True,
        check=False,
        cwd=file.parent,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith(("adam", "sgd"))]
    assert sorted((line[0], float(line[2].replace(",", ""))) for line in lines) == [
        ("adam[beta_1=0.5]", 1.0),
        ("adam[beta_1=0.5]", 3.0),
        ("sgd", 2.0),
        ("sgd", 2.0),
    ]


def test_an_earlier_file_stays_and_the_newest_counts(tmp_path: Path) -> None:
    old = table_of(course(OTHER))
    new = replace(old, finished_at="2099-01-01T00:00:00+00:00")
    other = replace(old, task=None)
    for table in (new, old, other, old):
        write(tmp_path, course(OTHER), table)
    damaged: list[Damage] = []
    found = list(all_costs(tmp_path, damaged))
    assert len(found) == 4
    assert not damaged
    assert newest(found) == [other, new]
    assert all(FILE.fullmatch(path.name) for path in (tmp_path / "costs").iterdir())


def test_what_other_code_was_measured_is_left_out(tmp_path: Path, bundled: Registry) -> None:
    chosen = Costing(components={"optimizer": ("adam[beta_1=0.5]",)}, task=("digits_mlp",))
    (contest,) = contests(chosen, bundled)
    made = course(OTHER)
    table = table_of(replace(made, contest=contest))
    adam = table.rows[1]
    assert adam.hyperparameters["adam"]["beta_1"] == 0.5
    write(tmp_path, made, table)
    damaged: list[Damage] = []
    assert costs_now(all_costs(tmp_path, damaged), bundled, False) == ([table], [])
    edited = replace(table, rows=(table.rows[0], replace(adam, fingerprints={"adam": "0" * 16})))
    later = replace(edited, finished_at="2099-01-01T00:00:00+00:00")
    write(tmp_path, made, later)
    (left,), (said,) = costs_now(all_costs(tmp_path, damaged), bundled, False)
    assert [row.label for row in left.rows] == ["sgd"]
    assert said == (
        "Step costs of optimizer on digits_mlp are left out (--stale shows them), since code changed after they were measured: "
        "adam[beta_1=0.5]."
    )
    assert costs_now(all_costs(tmp_path, damaged), bundled, True) == ([later], [])
    yardstick = replace(later, rows=(replace(later.rows[0], fingerprints={"sgd": "0" * 16}), adam))
    write(tmp_path, made, replace(yardstick, finished_at="2099-01-02T00:00:00+00:00"))
    none, (said,) = costs_now(all_costs(tmp_path, damaged), bundled, False)
    assert none == []
    assert said.endswith("all of them, with their yardstick.")
    strangers = load_registry(PluginSearch(local=False), only=())
    strangers.tables["optimizer"].clear()  # a plugin that is not loaded now cannot be checked
    assert len(costs_now(all_costs(tmp_path, damaged), strangers, False)[0]) == 1
    assert not damaged


def _changed(part: dict[str, Any], path: str, value: object) -> None:
    *places, last = path.split(".")
    at: Any = part
    for place in places:
        at = at[int(place)] if place.isdigit() else at[place]
    at[last] = value


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("benchsuite.format", 2, "has format 2; this benchsuite reads up to 1"),
        ("benchsuite.format", True, "must be an object whose format is 1"),
        ("benchsuite", [], "must be an object whose format is 1"),
        ("benchmarks", {}, "benchmarks: must be a list"),
        ("benchsuite.rows", [], "benchsuite.rows: "),
        ("benchsuite.rows.0.ratio", -1.0, r"benchsuite.rows.0.ratio: "),
        ("benchsuite.rows.0.ratio", "1", r"benchsuite.rows.0.ratio: "),
        ("benchsuite.rows.1.state_bytes", None, r"benchsuite.rows.1.state_bytes: "),
        ("benchsuite.device", "tpu", "benchsuite.device: "),
        ("benchsuite.processor", "a\x1b[2Jb", "benchsuite.processor: "),
        ("benchsuite.finished_at", "yesterday", "benchsuite.finished_at: "),
        ("benchsuite.more", 1, "benchsuite.more: "),
    ],
)
def test_what_does_not_follow_the_format_is_named(file: Path, path: str, value: object, said: str) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    _changed(content, path, value)
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(NotCosts, match=said):
        read_costs(file)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"benchsuite": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(NotCosts):
        read_costs(file)


def test_doctor_names_what_lies_there_and_the_rest_is_used(file: Path) -> None:
    store = Store(file.parents[1])
    (file.parent / "notes.txt").write_text("", encoding="utf-8")
    (file.parent / "20260101T000000Z-optimizer-a-cpu.json").symlink_to(file)
    (file.parent / "20260101T000000Z-optimizer-b-cpu.json").write_bytes(b"{")
    found = examine(store.folder)
    assert found.extras == 1
    assert sorted(str(one) for one in found.damaged) == [
        "costs/20260101T000000Z-optimizer-a-cpu.json is a link, and links are not followed",
        "costs/20260101T000000Z-optimizer-b-cpu.json is not whole JSON (EOF while parsing an object at line 1 column 1)",
        "costs/notes.txt is a file, and its name is not that of costs",
    ]
    assert len(set_aside(store.folder, found)) == 3
    assert examine(store.folder).damaged == []


def test_a_link_in_the_place_of_the_folder_is_not_followed(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "costs").symlink_to(file.parent)
    damaged: list[Damage] = []
    assert list(all_costs(other, damaged)) == []
    assert [str(one) for one in damaged] == ["costs is a link, and links are not followed"]
    with pytest.raises(BenchsuiteError, match="cannot write"):
        written(other, course(OTHER))


def _table() -> CostTable:
    return table_of(
        course(replace(OTHER, label=HOSTILE), replace(FAILED, label="other", reason=HOSTILE), cpu_share=0.4)
    )


def test_the_page_shows_it_and_escapes_everything() -> None:
    made = site([], costs=[_table()])
    page = made["costs.html"]
    parsed = Page(page)
    assert parsed.open == []
    assert "costs.html" in Page(made["index.html"]).links
    assert HOSTILE not in page
    assert parsed.tags.isdisjoint({"img", "iframe"})
    assert "2.00 – 2.50" in page
    assert "it gave 40% of its time" in page
    assert "costs.html" not in site([])


def test_the_terminal_shows_it_within_80_columns() -> None:
    for table in (_table(), table_of(course(replace(OTHER, label="a_rather_long_name[" + "x=0.123," * 9 + "y=1]")))):
        out = io.StringIO()
        Console(file=out, width=80).print(cost_table(table))
        lines = out.getvalue().splitlines()
        assert max(map(len, lines)) <= 80
        assert any("2.00 – 2.50" in line for line in lines), out.getvalue()
