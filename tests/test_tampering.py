"""Three hundred files that somebody made or changed, in one results folder beside good records: each is read or named."""

from __future__ import annotations

import copy
import itertools
import json
import os
import signal
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.cli.app import app
from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError
from benchsuite.outcomes import Outcome
from benchsuite.record_json import record_from_json
from benchsuite.store import Store
from benchsuite.trial import identity
from tests.factories import make_json, of_nobody

COUNT, GOOD, LIMIT = 300, 20, 120
HARMLESS = {"Co", "Cn", "Zs"}
"""Letters of somebody's own, of a later Unicode, and spaces: a terminal shows them or a box."""
BASES = [
    *(of_nobody(make_json(outcome=str(outcome))) for outcome in [*Outcome, *[Outcome.COMPLETED] * 5]),
    *(
        json.loads((Path(__file__).parent / "records" / name).read_text(encoding="utf-8"))
        for name in ("format_1/completed.json", "format_1/crashed.json", "format_2/completed.json")
    ),
]

# What somebody may put in the place of a value. Texts try to steer a terminal, numbers fit into nothing.
TEXT = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "\x1b[2J", "[/]", "<script>", "a\nb", "\u202e", "nan", "../../x", "0" * 32, "x" * 5000, "\x00"]
    ),
)
NUMBER = st.one_of(
    st.integers(-3, 30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([2**31, 2**63, 2**64, -(2**63), 10**300, 1e300, -1e300, 5e-324, -0.0, 0.5, 1e10, 10**18]),
)
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBER, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


PART = st.floats(0, 1, exclude_max=True)
"""Which of many: what is drawn must not depend on the file that is changed."""
EDIT = st.tuples(PART, PART, st.sampled_from(["put", "put", "remove", "add", "double"]), VALUE, TEXT)
CUT = st.tuples(
    PART,
    st.sampled_from([0, 1, 20, 10**9]),
    st.one_of(
        st.just(b""), st.binary(max_size=8), st.sampled_from([b"NaN", b"1e999", b"-", b'"', b"}", b"\xef\xbb\xbf"])
    ),
)


def pick(many: Any, part: float) -> Any:
    return many[int(part * len(many))]


def edited(data: dict[str, Any], edits: list[tuple[float, float, str, Any, str]], fits: bool) -> dict[str, Any]:
    """A record with changes at any place; its id may fit to the spec again."""
    data = copy.deepcopy(data)
    for first, second, what, value, text in edits:
        # The short lists of a record's own parts are chosen as often as the long ones of numbers.
        part = pick(sorted(data), first)
        path = pick([(part,), *((part, *rest) for rest in places(data[part]))], second)
        at: Any = data
        for key in path[:-1]:
            at = at[key]
        new = copy.deepcopy(at[path[-1]]) if what == "double" else value
        if what == "put":
            at[path[-1]] = new
        elif what == "remove" and len(data) > 1:
            del at[path[-1]]
        elif isinstance(at, list):
            at.insert(path[-1], new)
        else:
            at[text] = new
    if fits and isinstance(data.get("spec"), dict):
        data["id"] = identity(data["spec"])
    return data


def cut(content: bytes, place: float, length: int, put: bytes) -> bytes:
    """A file with some bytes removed, replaced or put in, or cut off."""
    at = int(place * (len(content) + 1))
    return content[:at] + put + content[at + length :]


PUT = {
    "fifo": lambda path, good: os.mkfifo(path),
    "folder": lambda path, good: path.mkdir(),
    "link to a record": lambda path, good: path.symlink_to(good),
    "link to nothing": lambda path, good: path.symlink_to("nowhere"),
    "link to itself": lambda path, good: path.symlink_to(path),
    "link to all zeros": lambda path, good: path.symlink_to("/dev/zero"),
    "a thousand gigabytes": lambda path, good: (path.touch(), os.truncate(path, 2**40)),
}  # fmt: skip
NAMED = (
    "00/{id}.json", "{two}/._{id}.json", "{two}/{ID}.json", "{two}/{id}.json.bak", "{two}/{id}.JSON", "{two}/\n{id}",
    "{id}.json", "x{two}/{id}.json",
)  # fmt: skip


def tampered(folder: Path, good: Path) -> set[str]:
    """Put the files into a folder; return where they are, below the results folder."""
    trials = folder / "trials"
    put: set[str] = set()
    seeds = itertools.count()

    def free(name: str) -> Path | None:
        """The place below the folder, if nothing is there."""
        path = trials / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            return None
        put.add(f"trials/{name}" if name[0] != "x" else f"trials/{name.split('/')[0]}")
        return path

    @settings(
        max_examples=COUNT,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        base=st.integers(0, len(BASES) - 1),
        how=st.sampled_from(["json", "json", "json", "json", "bytes", "bytes", "random", "named", "put"]),
        edits=st.lists(EDIT, min_size=1, max_size=3),
        fits=st.booleans(),
        ascii=st.booleans(),
        part=CUT,
        random=st.one_of(st.binary(max_size=200), VALUE.map(lambda value: json.dumps(value).encode())),
        name=st.sampled_from(NAMED),
        kind=st.sampled_from(sorted(PUT)),
    )
    def one(
        base: int, how: str, edits: Any, fits: bool, ascii: bool, part: Any, random: bytes, name: str, kind: str
    ) -> None:
        data = copy.deepcopy(BASES[base])
        data["spec"]["seed"] = 1000 + next(seeds)  # each file is another trial's
        trial_id = data["id"] = identity(data["spec"])
        content = json.dumps(data, indent=1).encode()
        where = "{two}/{id}.json"
        if how == "json":
            found = edited(data, edits, fits)
            content = json.dumps(found, ensure_ascii=ascii).encode(errors="surrogatepass")
            if fits and isinstance(found.get("id"), str) and len(found["id"]) == 32:
                trial_id = found["id"]
        elif how == "bytes":
            content = cut(content, *part)
        elif how == "random":
            content = random
        elif how == "named":
            where = name
        path = free(where.format(two=trial_id[:2], id=trial_id, ID=trial_id.upper()))
        if path is None:
            return
        if how == "put":
            PUT[kind](path, good)
        else:
            path.write_bytes(content)

    one()
    return put


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str], set[str]]:
    """A results folder with good records and tampered files; where these are, and the ids of the good ones."""
    folder = tmp_path_factory.mktemp("tampered") / "results"
    store = Store(folder)
    good = [record_from_json(json.dumps(of_nobody(make_json(seed=seed))).encode()) for seed in range(GOOD)]
    for record in good:
        store.write(record)
    put = tampered(folder, store.path(good[0].id))
    return folder, put, {record.id for record in good}


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    """A reader that waits for a pipe would wait for ever."""

    def over(*_: Any) -> None:
        raise TimeoutError(f"not done after {LIMIT} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_each_file_is_read_or_named_in_one_line(folder: tuple[Path, set[str], set[str]]) -> None:
    results, put, good = folder
    assert len(put) > 0.8 * COUNT
    damaged: list[Damage] = []
    read = Store(results, create=False).read_all(damaged)
    assert good <= set(read)
    held = {f"trials/{trial_id[:2]}/{trial_id}.json" for trial_id in set(read) - good}
    named = [one.path for one in damaged]
    assert len(named) == len(set(named))
    assert held | set(named) == put
    assert not held & set(named)
    for one in damaged:
        line = str(one)
        assert all(letter.isprintable() or unicodedata.category(letter) in HARMLESS for letter in line), line
        assert len(line) <= 350
    # A run asks for its own trials' records, by name.
    for one in damaged:
        trial_id = Path(one.path).stem
        if one.path == f"trials/{trial_id[:2]}/{trial_id}.json":
            with pytest.raises(BenchsuiteError) as caught:
                Store(results, create=False).read(trial_id)
            assert str(caught.value).startswith(f"the record {results}/{one.path} ")
    # What was read says what its file says: nothing was dropped, and nothing was made up.
    for path in held:
        content = (results / path).read_bytes()
        record, told = record_from_json(content), json.loads(content)
        if told["format"] == 2:
            found = json.loads(json.dumps(record.to_json()))
            for key, value in told.items():
                assert json.dumps(value).startswith("{") or found[key] == value
    print(f"{len(put)} files: {len(held)} are records all the same, {len(named)} are named")


def test_every_verb_goes_on(folder: tuple[Path, set[str], set[str]]) -> None:
    results, _, good = folder
    damaged: list[Damage] = []
    count = len(Store(results, create=False).read_all(damaged))
    doctor = CliRunner().invoke(app, ["doctor", "--results", str(results)])
    assert doctor.exit_code == 1
    lines = doctor.output.splitlines()
    assert [line for line in lines if line.startswith("✗")] == [f"✗ {one}" for one in damaged]
    assert f"✓ {count} records can be read." in lines
    report = CliRunner().invoke(app, ["report", "--results", str(results), "--no-local"], catch_exceptions=False)
    assert report.exit_code == 0
    assert report.output.count("\n! trials/") <= 10
    assert f"… and {len(damaged) - 10} more: benchsuite doctor --results {results}" in report.output
    archive = bs.read(results, local=False)
    assert archive.damaged == [str(one) for one in damaged]
    assert good <= {record.id for record in archive.records}
    assert len(archive.trials) == len(archive)


def test_what_is_named_can_be_set_aside_and_nothing_is_lost(folder: tuple[Path, set[str], set[str]]) -> None:
    results, _, _ = folder
    damaged: list[Damage] = []
    before = Store(results, create=False).read_all(damaged)
    aside = CliRunner().invoke(app, ["doctor", "--results", str(results), "--set-aside"], catch_exceptions=False)
    stay = [one for one in damaged if one.newer or not one.readable]
    assert aside.exit_code == 1
    assert f"{len(damaged) - len(stay)} files moved to {results / 'damaged'}." in aside.output
    assert len(list((results / "damaged").iterdir())) == len(damaged) - len(stay)
    left: list[Damage] = []
    assert list(Store(results, create=False).read_all(left)) == list(before)
    assert left == stay
