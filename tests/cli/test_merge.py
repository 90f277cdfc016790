"""``benchsuite merge``: one folder of several; what is the same is one, what is not stays side by side and is told."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchsuite
from benchsuite.bundle import open_bundle, write_bundle
from benchsuite.bundle.disputes import read_challenges, read_disputes
from benchsuite.bundle.manifest import Challenged
from benchsuite.cli import remaking
from benchsuite.cli.app import app
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.store import Store
from benchsuite.study_files import read_studies
from tests.bundle import made
from tests.factories import remade


def merge(results: Path, *parts: Path, code: int = 0) -> str:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(
        app, ["merge", *map(str, parts), "--results", str(results)], catch_exceptions=False
    )
    assert done.exit_code == code, done.output
    return done.stdout


def refused(results: Path, *parts: Path) -> str:
    done = CliRunner().invoke(app, ["merge", *map(str, parts), "--results", str(results)])
    assert isinstance(done.exception, BenchsuiteError), done.output
    return str(done.exception)


def bundle(path: Path, held: Sequence[Record], **more: Any) -> Path:
    return write_bundle(made.content(held, **more), path)


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_results_of_three_become_one_folder(tmp_path: Path) -> None:
    held = made.records(range(6))
    mine = made.folder(tmp_path / "mine", held[:5])
    said = merge(
        tmp_path / "all", mine, bundle(tmp_path / "b", held[3:9], studies=[made.study(held[3:9])]),
        bundle(tmp_path / "c.zip", held[8:], statements={"s.json": b'{"verdict": "PASS"}'}),
    )  # fmt: skip
    assert "Merged into" in said
    assert "13 records new, 3 there already with the same numbers, 0 disputed." in said
    there = Store(tmp_path / "all", create=False).read_all()
    assert there == {one.id: one for one in held}
    for one in held:
        path = Store(tmp_path / "all", create=False).path(one.id)
        original = made.folder(tmp_path / "again", [one]) / path.relative_to(tmp_path / "all")
        assert path.read_bytes() == original.read_bytes()
    assert list(read_studies(tmp_path / "all", [])) == [made.study(held[3:9])]
    assert (tmp_path / "all" / "statements" / "s.json").read_bytes() == b'{"verdict": "PASS"}'


def test_the_same_merge_again_changes_nothing(tmp_path: Path) -> None:
    part = bundle(tmp_path / "b", [made.other_numbers(one) for one in made.records()])
    mine = made.folder(tmp_path / "mine", made.records())
    merge(tmp_path / "all", mine, part)
    before = files(tmp_path / "all")
    assert "0 records new, 7 there already" in merge(tmp_path / "all", mine, part)
    assert files(tmp_path / "all") == before


def test_other_numbers_are_a_dispute_and_the_first_one_stands(tmp_path: Path) -> None:
    held = made.records()
    other = made.other_numbers(held[0])
    said = merge(tmp_path / "all", made.folder(tmp_path / "a", held), bundle(tmp_path / "b", [other], author="Eve"))
    assert f"disputed: trial {other.id} of my_digits_mlp, seed 0: Eve has other numbers. Both are kept." in said
    assert "0 there already with the same numbers, 1 disputed" in said
    store = Store(tmp_path / "all", create=False)
    assert store.read(other.id) == held[0]
    (dispute,) = read_disputes(store.folder, store.read_all(), [])
    assert (dispute.here, [one.record for one in dispute.others]) == (held[0], [other])
    assert dispute.others[0].author == "Eve"
    assert dispute.same_numerics


def test_the_other_way_round_the_other_one_stands(tmp_path: Path) -> None:
    held = made.records()
    other = made.other_numbers(held[0])
    merge(tmp_path / "all", bundle(tmp_path / "b", [other]), made.folder(tmp_path / "a", held))
    assert Store(tmp_path / "all", create=False).read(other.id) == other


def test_what_lies_in_the_folder_of_results_stands_before_all(tmp_path: Path) -> None:
    held = made.records()
    merge(made.folder(tmp_path / "all", held), bundle(tmp_path / "b", [made.other_numbers(one) for one in held]))
    assert Store(tmp_path / "all", create=False).read_all() == {one.id: one for one in held}


def test_costs_and_environment_are_no_numbers(tmp_path: Path) -> None:
    def elsewhere(data: dict[str, Any]) -> None:
        data["costs"]["wall_seconds"] = 99.0
        data["environment"] |= {"numerics": "0" * 16, "processor": "another"}

    held = made.records()
    theirs = [made.changed(one, elsewhere) for one in held]
    said = merge(tmp_path / "all", made.folder(tmp_path / "a", held), bundle(tmp_path / "b", theirs))
    assert "7 there already with the same numbers, 0 disputed" in said


def test_other_code_and_other_rules_are_told(tmp_path: Path) -> None:
    held = made.records()
    recoded = [
        made.changed(one, lambda data: data["fingerprints"].update({"optimizer:my_adam": "f" * 16})) for one in held[:1]
    ]
    newer = [remade(one, lambda data: data["spec"].update(engine=3)) for one in held[:2]]
    later = [remade(one, lambda data: data["spec"]["task"].update(version=2)) for one in held[2:3]]
    said = merge(
        tmp_path / "all", made.folder(tmp_path / "a", held), bundle(tmp_path / "b", recoded),
        made.folder(tmp_path / "c", newer), bundle(tmp_path / "d", later),
    )  # fmt: skip
    assert f"{tmp_path / 'b'} has trials of other code than those before it: optimizer:my_adam." in said
    assert "8 records of engine 2 compare with none of engine 3" in said
    assert "Task 'my_digits_mlp' is there in versions 1, 2: they compare with each other in nothing." in said


def test_a_challenge_comes_with_what_it_says(tmp_path: Path) -> None:
    held = made.records()
    theirs = [made.other_numbers(held[0]), *held[1:3]]
    answer = bundle(tmp_path / "b", theirs, author="Eve", challenges=Challenged("ab" * 32, "seed 0 is another"))
    said = merge(tmp_path / "all", made.folder(tmp_path / "a", held), answer)
    assert "Eve answers bundle abababab: seed 0 is another (1 of its trials differ, 2 agree)" in said
    (challenge,) = read_challenges(tmp_path / "all", [])
    assert (challenge.against, challenge.differs, challenge.agrees) == ("ab" * 32, (held[0].id,), 2)


def test_disputes_and_challenges_of_a_folder_or_a_publication_come_along(tmp_path: Path) -> None:
    held = made.records()
    answer = bundle(tmp_path / "b", [made.other_numbers(held[0])], challenges=Challenged("ab" * 32, "another"))
    merge(tmp_path / "first", made.folder(tmp_path / "a", held), answer)
    merge(tmp_path / "second", tmp_path / "first")
    done = CliRunner().invoke(
        app, ["publish", "--no-local", "--no-site", "--results", str(tmp_path / "first"), "--to", str(tmp_path / "p")]
    )
    assert done.exit_code == 0, done.output
    merge(tmp_path / "third", tmp_path / "p")
    for name in ("second", "third"):
        for beside in ("disputed", "challenges"):
            assert files(tmp_path / name / beside) == files(tmp_path / "first" / beside), (name, beside)


def test_the_report_shows_both(tmp_path: Path) -> None:
    held = made.records()
    other = made.other_numbers(held[0])
    merge(tmp_path / "all", made.folder(tmp_path / "a", held), bundle(tmp_path / "b", [other], author="<i>Eve</i>"))
    done = CliRunner().invoke(app, ["report", "--no-local", "--results", str(tmp_path / "all")])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "all" / "report" / "disputes.html").read_text(encoding="utf-8")
    assert page.count(f'title="{other.id}"') == 2
    assert "&lt;i&gt;Eve&lt;" in page
    assert "<i>Eve" not in page
    index = (tmp_path / "all" / "report" / "index.html").read_text(encoding="utf-8")
    assert "1 trial is disputed: somebody else has other numbers." in " ".join(index.split())


def test_rows_of_disputed_trials_are_marked_on_every_board(tmp_path: Path) -> None:
    held = made.records()
    mine, whole = made.folder(tmp_path / "a", held), tmp_path / "all"
    merge(whole, mine, bundle(tmp_path / "b", [made.other_numbers(held[0])], author="Eve"))
    said = {}
    for folder in (mine, whole):
        done = CliRunner().invoke(app, ["report", "--no-local", "--results", str(folder)])
        assert done.exit_code == 0, done.output
        said[folder] = done.stdout
    assert "trial disputed" not in said[mine]
    lines = said[whole].splitlines()
    for at in [at for at, line in enumerate(lines) if " adam" in line]:
        assert any("1 trial disputed" in line for line in lines[at : at + 3])
    assert said[whole].count("1 trial disputed") == 2  # ranking and results
    assert "see disputes.html of the report" in said[whole]
    rows = {
        folder: list(csv.DictReader((folder / "report" / "leaderboard.csv").read_text().splitlines()))
        for folder in (mine, whole)
    }
    counts = {one["component"]: one["disputed"] for one in rows[whole]}
    assert (counts.pop("my_adam"), set(counts.values())) == ("1", {"0"})
    assert [one | {"disputed": "0"} for one in rows[whole]] == rows[mine]  # and no number is another
    marked = r'<small class="bad"><a href="((?:\.\./)*disputes\.html)">1 trial disputed</a></small>'
    named = r'<th scope="row" class="component"[^>]*>(?:<svg.*?</svg>)?<span>(?:<a [^>]*>)?my_(?:<wbr>)?adam<'
    pages = {path.relative_to(whole / "report"): path for path in (whole / "report" / "leaderboards").rglob("*.html")}
    assert len(pages) > 3
    for name, path in pages.items():
        text = path.read_text(encoding="utf-8")
        ways = re.findall(marked, text)
        assert len(ways) == len(re.findall(named, text)), name
        assert {(path.parent / way).resolve() for way in ways} <= {(whole / "report" / "disputes.html").resolve()}, name
    tables = [path.read_text(encoding="utf-8") for path in (whole / "report" / "data").glob("*.csv")]
    assert [one for one in tables if "my_adam (1 trial disputed)" in one]
    (board,) = [benchsuite.read(whole, local=False).leaderboard()]
    assert board["disputed"].sum() == 1


def test_a_publication_with_disputes_is_made_again_by_verify(tmp_path: Path) -> None:
    held = made.records()
    answer = bundle(tmp_path / "b", [made.other_numbers(held[0])], challenges=Challenged("ab" * 32, "another"))
    merge(tmp_path / "all", made.folder(tmp_path / "a", held), answer)
    done = CliRunner().invoke(
        app, ["publish", "--no-local", "--results", str(tmp_path / "all"), "--to", str(tmp_path / "p")]
    )
    assert done.exit_code == 0, done.output
    assert "1 trial disputed" in (tmp_path / "p" / "SUMMARY.md").read_text(encoding="utf-8")
    published = open_bundle(tmp_path / "p")
    again = remaking.remade(published, load_registry(PluginSearch(local=False)), {})
    assert not list(remaking.differing(published, again))


def test_nothing_is_written_if_one_of_them_is_not_whole(tmp_path: Path) -> None:
    held = made.records()
    bad = bundle(tmp_path / "b", held)
    (bad / "records.jsonl.xz").write_bytes(b"x" * (bad / "records.jsonl.xz").stat().st_size)
    assert "has another file 'records.jsonl.xz' than its manifest says" in refused(
        tmp_path / "all", made.folder(tmp_path / "a", held), bad
    )
    assert not (tmp_path / "all").exists()


def test_what_cannot_be_merged_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "is neither a bundle nor a results folder" in refused(tmp_path / "all", tmp_path / "empty")
    assert "cannot be read: No such file" in refused(tmp_path / "all", tmp_path / "none.zip")
    mine = made.folder(tmp_path / "mine", made.records())
    assert "is the folder of --results itself" in refused(mine, mine)
    assert not (tmp_path / "all").exists()


def test_what_is_no_dispute_is_named_and_the_rest_used(tmp_path: Path) -> None:
    held = made.records()
    merge(tmp_path / "all", made.folder(tmp_path / "a", held), bundle(tmp_path / "b", [made.other_numbers(held[0])]))
    folder = tmp_path / "all" / "disputed"
    good = next(folder.rglob("*.json"))
    data = json.loads(good.read_bytes())
    spoiled = {
        "newer": {**data, "format": 2}, "no origin": {**data, "origin": 3}, "another": {**data, "origin": "0" * 64},
        "not the trial": {**data, "record": held[1].to_json()}, "no record": {**data, "record": {}},
    }  # fmt: skip
    for what, content in spoiled.items():
        good.write_text(json.dumps(content))
        damaged: list[Any] = []
        assert not list(read_disputes(tmp_path / "all", {}, damaged)), what
        assert len(damaged) == 1, what
    good.unlink()
    good.symlink_to("/etc/passwd")
    damaged = []
    assert not list(read_disputes(tmp_path / "all", {}, damaged))
    assert "link" in str(damaged[0])


@pytest.mark.parametrize("what", ["challenges", "disputed"])
def test_a_link_in_the_place_of_a_folder_is_not_followed(tmp_path: Path, what: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / what).symlink_to(tmp_path / "elsewhere")
    damaged: list[Any] = []
    read = read_challenges(tmp_path, damaged) if what == "challenges" else read_disputes(tmp_path, {}, damaged)
    assert not list(read)
    assert "links are not followed" in str(damaged[0])


@pytest.mark.parametrize("verb", ["merge", "collect"])
def test_nothing_is_written_into_a_folder_that_holds_what_is_no_record(verb: str, tmp_path: Path) -> None:
    """It may lie where a record goes: it is named, with the command that moves it away."""
    into, read = Store(tmp_path / "into"), Store(tmp_path / "read")
    torn = into.path(read.write(made.records(range(1))[0]).id)
    torn.parent.mkdir()
    torn.write_text("{", encoding="utf-8")
    done = CliRunner(env={"COLUMNS": "300"}).invoke(app, [verb, str(read.folder), "--results", str(into.folder)])
    said = str(done.exception) + done.output
    assert done.exit_code != 0
    assert f"{torn.name} is not whole JSON" in said
    assert f"`benchsuite doctor --results {into.folder} --set-aside` moves away what is no record." in said
    assert torn.read_text(encoding="utf-8") == "{"
