"""Searches: what is written is read again, what is damaged is named, and nothing stops a reader."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.analysis.search_frames import TRIED_COLUMNS
from benchsuite.archive import Archive
from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError
from benchsuite.examination import examine, set_aside
from benchsuite.record_json import NotARecord
from benchsuite.searches import PROTOCOL, Search, Tried, search_from_json, search_to_json
from benchsuite.store import Store

ONE, TWO, THREE = ("1" * 32, "2" * 32, "3" * 32)
RATE = "optimizer.0.learning_rate"
SEARCH = Search(
    kind="optimizer", selection="adam", task="digits_mlp", task_version=1, epochs=30, batch_size=32, precision="float32",
    device="cpu", engine=3, lanes=1, change="", track="tuned", tuner="random", tuner_version=1, budget=2, rule="best",
    searched=(RATE,), tuning_seeds=1, folds=0,
    tried=(Tried({RATE: 0.001}, (ONE,), 0.9, 1.0, source="default"), Tried({RATE: 0.1}, (TWO,), None, 1.0)),
    chosen=0, evaluated=(THREE,), edges={RATE: "low"}, ranges={RATE: (0.001, 0.1)}, widened={RATE: (0.0001, 0.1)},
)  # fmt: skip

names = st.text("abcdefgé_ .+[]=", min_size=1, max_size=12)
ids = st.text("0123456789abcdef", min_size=32, max_size=32)
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.one_of(numbers, st.integers(-(2**40), 2**40), st.text(max_size=8), st.booleans(), st.none())
ranges = st.tuples(numbers, numbers).map(sorted).filter(lambda ends: ends[0] < ends[1]).map(tuple)


@st.composite
def searches(draw: st.DrawFn) -> Search:
    searched = tuple(draw(st.lists(names, unique=True, max_size=3)))

    def of_some(content: Any) -> dict[str, Any]:
        chosen = draw(st.lists(st.sampled_from(searched), unique=True)) if searched else []
        return {name: draw(content) for name in chosen}

    tried = tuple(
        Tried(
            {name: draw(values) for name in searched},
            tuple(draw(st.lists(ids, max_size=2))),
            draw(st.none() | numbers),
            draw(st.floats(0, 1e6)),
            draw(st.none() | st.integers(1, 99)),
            draw(st.sampled_from(["default", "tuner", "beyond", "near"])),
        )
        for _ in range(draw(st.integers(0, 3)))
    )
    can_be = [place for place, one in enumerate(tried) if one.score is not None and one.stop is None]
    return replace(
        SEARCH,
        selection=draw(names), change=draw(st.just("") | names), epochs=draw(st.integers(1, 10**6)),
        track=draw(st.sampled_from(["tuned", "self_tuning"])), budget=draw(st.integers(0, 99)), searched=searched,
        tried=tried, chosen=draw(st.sampled_from(can_be)) if can_be else None, evaluated=tuple(draw(st.lists(ids))),
        edges=of_some(st.sampled_from(["low", "high"])), ranges=of_some(ranges), widened=of_some(ranges),
    )  # fmt: skip


@given(search=searches())
def test_a_search_is_read_as_it_was_written(search: Search) -> None:
    content = search_to_json(search)
    back = search_from_json(content)
    assert back == search
    assert back.id == search.id
    assert search_to_json(back) == content


def test_its_id_is_what_was_asked_for_and_not_what_came_of_it() -> None:
    other: dict[str, Any] = {
        "tried": (),
        "chosen": None,
        "evaluated": (),
        "edges": {},
        "ranges": {},
        "widened": {},
        "rule": "x",
    }
    assert replace(SEARCH, **other).id == SEARCH.id
    for name in PROTOCOL:
        value = getattr(SEARCH, name)
        changed = value + 1 if isinstance(value, int) else (*value, "x") if isinstance(value, tuple) else f"{value}x"
        assert replace(SEARCH, **{name: changed}).id != SEARCH.id
    assert {*PROTOCOL, *other} == {field.name for field in fields(Search)}


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"format": 2}, "has format 2"),
    ({"format": None}, "must be an object whose format is 1"),
    ({"id": ONE}, "id: is that of another search"),
    ({"tuner": 3}, "tuner: Input should be a valid string"),
    ({"chosen": 1}, "chosen: that setting failed or was stopped"),
    ({"chosen": 2}, "chosen: there is no such setting"),
    ({"edges": {"other": "low"}}, "edges: must name what was searched"),
    ({"edges": {RATE: "left"}}, f"edges.{RATE}: String should match"),
    ({"ranges": {RATE: [1.0, 1.0]}}, "the low end must lie below the high one"),
    ({"evaluated": ["x"]}, "evaluated.0: String should match"),
    ({"more": 1}, "more: Unexpected keyword argument"),
]


@pytest.mark.parametrize(("change", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_a_damaged_search_is_named_and_the_others_are_read(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    store = Store(tmp_path)
    other = replace(SEARCH, selection="sgd")
    store.write_search(other)
    data = json.loads(search_to_json(SEARCH)) | change
    (tmp_path / "searches" / f"{SEARCH.id}.json").write_text(json.dumps(data), encoding="utf-8")
    damaged: list[Damage] = []
    assert list(store.searches(damaged)) == [other]
    assert f"searches/{SEARCH.id}.json" in str(damaged[0])
    assert said in str(damaged[0])
    with pytest.raises(BenchsuiteError, match=SEARCH.id):
        list(store.searches())


@given(content=st.binary(max_size=200), cut=st.integers(0, 2000))
def test_no_bytes_crash_a_reader(content: bytes, cut: int) -> None:
    whole = search_to_json(SEARCH)
    for broken in (content, whole[:cut] + content + whole[cut + 1 :]):
        try:
            read = search_from_json(broken)
        except NotARecord:
            continue
        assert read.id == SEARCH.id


def test_what_lies_among_searches_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert list(store.searches()) == []
    store.write_search(SEARCH)
    folder = tmp_path / "searches"
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / f"{ONE}.json").write_bytes(search_to_json(SEARCH))
    (folder / f"{TWO}.json").mkdir()
    (folder / f"{THREE}.json").symlink_to(folder / f"{SEARCH.id}.json")
    damaged: list[Damage] = []
    assert list(store.searches(damaged)) == [SEARCH]
    said = "\n".join(map(str, damaged))
    assert len(damaged) == 4
    for part in ("notes.txt is a file whose name", f"holds search {SEARCH.id}", "is a folder", "is a link"):
        assert part in said


def test_evaluations_of_a_search_add_up_as_long_as_the_setting_is_the_same() -> None:
    again = replace(SEARCH, evaluated=(TWO,))
    assert again.evaluated_with(None) == again
    assert again.evaluated_with(SEARCH).evaluated == (THREE, TWO)
    assert SEARCH.evaluated_with(SEARCH) == SEARCH
    other = replace(SEARCH, tried=(Tried({RATE: 0.5}, (ONE,), 0.9, 1.0),), evaluated=(ONE,))
    assert again.evaluated_with(other) == again


def test_the_sums_of_a_search() -> None:
    assert SEARCH.spent == 2.0
    assert SEARCH.tuning_ids == (ONE, TWO)
    assert SEARCH.setting == {RATE: 0.001}
    assert replace(SEARCH, chosen=None).setting == {RATE: 0.001}  # the default
    assert json.loads(search_to_json(SEARCH)) == json.loads(
        json.dumps({"format": 1, "id": SEARCH.id, **asdict(SEARCH)})
    )


def test_an_archive_shows_searches_and_what_they_tried() -> None:
    archive = Archive(
        [], searches=[SEARCH, replace(SEARCH, selection="lion", tried=(), chosen=None, edges={}, widened={})]
    )
    row = archive.searches.set_index("selection").loc["adam"]
    assert (row.id, row.tried, row.spent, row.failed, row.chosen) == (SEARCH.id, 2, 2.0, 1, 0)
    assert (row.score, row.default_score, row.evaluated) == (0.9, 0.9, 1)
    assert row.edges == f"{RATE} low"
    assert row.widened == f"{RATE} 0.0001..0.1"
    tried = archive.tried
    assert tried.selection.tolist() == ["adam", "adam"]
    assert tried[RATE].tolist() == [0.001, 0.1]
    assert tried.chosen.tolist() == [True, False]
    assert tried.trials.tolist() == [ONE, TWO]
    assert list(Archive([]).tried.columns) == list(TRIED_COLUMNS)


def test_doctor_reads_searches_and_moves_damaged_ones_away(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_search(SEARCH)
    assert (examine(tmp_path).extras, examine(tmp_path).damaged) == (1, [])
    (tmp_path / "searches" / f"{ONE}.json").write_text("{", encoding="utf-8")
    found = examine(tmp_path)
    assert [one.path for one in found.movable] == [f"searches/{ONE}.json"]
    set_aside(tmp_path, found)
    assert examine(tmp_path).damaged == []
    assert list(store.searches()) == [SEARCH]


def test_every_field_of_a_search_has_a_row_in_the_format_page() -> None:
    page = (Path(__file__).parents[1] / "docs" / "reference" / "record-format.md").read_text(encoding="utf-8")
    section = page.split("\n## Searches\n")[1].split("\n## ")[0]
    rows = [
        name for line in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
    ]
    assert rows == ["format", "id", *(field.name for field in fields(Search))]
    of_tried = next(line for line in section.splitlines() if line.startswith("| `tried`"))
    assert all(f"`{field.name}`" in of_tried for field in fields(Tried))
    outside = {field.name for field in fields(Search)} - set(PROTOCOL)
    said = next(line for line in section.splitlines() if line.startswith("| `id`"))
    assert set(re.findall(r"`(\w+)`", said)) == {"id", "format"} | outside
