"""``benchsuite collect``: the folders of shards become one, with all that was kept, and what is missing is said."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchsuite.bundle import collecting
from benchsuite.cli.app import app
from benchsuite.errors import BenchsuiteError
from benchsuite.extra_files import ExtraFiles
from benchsuite.extras import Extras
from benchsuite.folder import Folder
from benchsuite.lock import locked
from benchsuite.record import Record
from benchsuite.shards import Shard
from benchsuite.store import Store
from benchsuite.study_files import read_studies, write_study
from benchsuite.typed_commands import TypedCommand, write_command
from tests.bundle import made
from tests.bundled import REGISTRY
from tests.test_searches import SEARCH

KEPT = ("weights", "predictions", "probes")


def collect(results: Path, *parts: Path, code: int = 0) -> str:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(
        app, ["collect", *map(str, parts), "--results", str(results), "--no-local"], catch_exceptions=False
    )
    assert done.exit_code == code, done.output
    return done.stdout


def refused(results: Path, *parts: Path) -> str:
    done = CliRunner().invoke(app, ["collect", *map(str, parts), "--results", str(results), "--no-local"])
    assert isinstance(done.exception, BenchsuiteError), done.output
    assert "\n" not in str(done.exception)
    return str(done.exception)


def shard(
    path: Path, held: Sequence[Record], planned: Sequence[Record], kept: Sequence[str] = KEPT, **options: Any
) -> Path:
    """The folder of a shard: its records, the study of all, and something beside each record that tells whose it is."""
    made.folder(path, held)
    study = made.study(planned)
    write_study(path, replace(study, options={**study.options, **options}))
    for record in held:
        for name in kept:
            file = beside(path, name, record)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(f"{name} of {record.id} in {path.name}".encode())
    return path


def beside(folder: Path, name: str, record: Record) -> Path:
    return folder / name / record.id[:2] / f"{record.id}.{'json' if name == 'probes' else 'npz'}"


def files(folder: Path, *, but: Sequence[str] = ("report", ".lock")) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file() and not str(one.relative_to(folder)).startswith((*but, "trials.parquet"))
    }


@pytest.fixture(autouse=True)
def no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report of such folders is tried elsewhere: here it would cost seconds."""
    monkeypatch.setattr("benchsuite.cli.renewal.renewed", lambda *_: (None, "", None))
    monkeypatch.setattr("benchsuite.cli.collect.registry", lambda *_: REGISTRY)


def test_the_folders_of_shards_become_what_one_run_would_have_written(tmp_path: Path) -> None:
    held = made.records()
    parts = [shard(tmp_path / f"{k}", held[k::3], held) for k in range(3)]
    said = collect(tmp_path / "all", *parts)
    assert "Collected 3 folders into" in said
    assert "7 records and 0 searches new, 7 of predictions, 7 of probes, 7 of weights, 0 there already" in said
    assert "Complete: benchsuite run --optimizer adam,sgd (7 trials)." in said
    expected = {name: content for part in parts for name, content in files(part).items()}
    assert files(tmp_path / "all") == expected
    assert list(read_studies(tmp_path / "all", [])) == [made.study(held)]  # all of them asked for one study


def test_what_is_missing_is_said_and_may_come_later(tmp_path: Path) -> None:
    held = made.records()
    one = shard(tmp_path / "1", held[:4], held)
    said = collect(tmp_path / "all", one, code=1)
    assert "Missing: 3 of 7 trials of `benchsuite run --optimizer adam,sgd`." in said
    assert f"--results {tmp_path / 'all'}: it trains what is missing." in said
    before = files(tmp_path / "all")
    assert "0 records and 0 searches new, 4 there already" in collect(tmp_path / "all", one, code=1)
    assert files(tmp_path / "all") == before
    two = shard(tmp_path / "2", held[4:], held)
    assert "Complete" in collect(tmp_path / "all", one, two)
    assert "Complete" in collect(tmp_path / "all")  # nothing new: it only looks
    assert Store(tmp_path / "all", create=False).ids() == sorted(record.id for record in held)


def test_what_was_kept_of_other_numbers_does_not_come_along(tmp_path: Path) -> None:
    held = made.records()[:2]
    first = shard(tmp_path / "first", held[:1], held, kept=["weights"])
    other = shard(tmp_path / "other", [made.other_numbers(held[0]), held[1]], held)
    said = collect(tmp_path / "all", first, other)
    assert "1 disputed" in said
    mine = beside(tmp_path / "all", "weights", held[0])
    assert mine.read_bytes() == beside(first, "weights", held[0]).read_bytes()
    assert not beside(tmp_path / "all", "predictions", held[0]).exists()
    assert not beside(tmp_path / "all", "probes", held[0]).exists()
    for name in KEPT:
        assert beside(tmp_path / "all", name, held[1]).read_bytes() == beside(other, name, held[1]).read_bytes()


def test_what_is_there_stays_and_what_it_lacks_is_added(tmp_path: Path) -> None:
    (record,) = made.records()[:1]
    mine = shard(tmp_path / "all", [record], [record], kept=["weights"])
    part = shard(tmp_path / "part", [record], [record])
    assert "1 of predictions, 1 of probes, 1 there already" in collect(mine, part)
    assert beside(mine, "weights", record).read_bytes().endswith(b"in all")
    assert beside(mine, "probes", record).read_bytes().endswith(b"in part")


def test_a_collection_that_is_killed_leaves_nothing_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = made.records()
    part = shard(tmp_path / "part", held, held)
    expected = files(part)
    real, done = collecting._copy, []

    def killed(*arguments: Any) -> None:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(arguments)
        real(*arguments)

    monkeypatch.setattr(collecting, "_copy", killed)
    with pytest.raises(KeyboardInterrupt):
        collecting_of(tmp_path / "all", part)
    assert Store(tmp_path / "all").ids() == []  # weights without a record are nobody's: a run deletes them
    monkeypatch.setattr(collecting, "_copy", real)
    (place,) = [Path(done[0][1])]
    (tmp_path / "all" / place).write_bytes(b"of another training, whose record was never written")
    collect(tmp_path / "all", part)
    assert files(tmp_path / "all") == expected


def test_weights_of_a_trial_that_its_shard_trains_anew_meanwhile_are_not_taken_for_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shard sets a stale record aside, and writes weights before the new one: a collection may have read the old one."""
    held = made.records()[:2]
    part = shard(tmp_path / "part", held, held)
    real = collecting._files

    def trained_anew(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
        if Store(part, create=False).read(held[0].id) is not None:
            Store(part).set_aside(held[0].id)
        for kept in KEPT:
            beside(part, kept, held[0]).write_bytes(b"of the new training")
        return real(folder, name)

    monkeypatch.setattr(collecting, "_files", trained_anew)
    collect(tmp_path / "all", part)
    for name in KEPT:
        assert not beside(tmp_path / "all", name, held[0]).exists()
        assert beside(tmp_path / "all", name, held[1]).exists()


def test_weights_that_one_shard_kept_and_another_did_not_are_missing(tmp_path: Path) -> None:
    """By the rule of a run: of the trial that diverged there are none, and nobody misses them."""
    held = made.records()
    one = shard(tmp_path / "1", held[:4], held, store_weights=True)
    two = shard(tmp_path / "2", held[4:], held, kept=["predictions"], store_weights=True)
    said = collect(tmp_path / "all", one, two, code=1)
    assert "Missing: the weights of 2 trials of `benchsuite run --optimizer adam,sgd`." in said
    assert re.search(rf"^  {held[0].trial.task} +2 without weights$", said, re.M)
    assert "or that command with --results " in said
    assert ": it trains what is missing, and again what lacks something beside its record." in said
    for record in held[4:6]:
        beside(two, "weights", record).parent.mkdir(parents=True, exist_ok=True)
        beside(two, "weights", record).write_bytes(b"kept later")
    assert "2 of weights" in collect(tmp_path / "all", two)
    assert "Complete" in collect(tmp_path / "all")


def test_a_study_is_one_however_its_shards_were_run(tmp_path: Path) -> None:
    """What decides which trials there are makes a study; who runs them, with what limits, and how that was spelled does not."""
    held = made.records()
    ways: list[dict[str, Any]] = [
        {"workers": 1, "memory": 2.5}, {"workers": 8, "timeout": 60.0, "executor": "ray", "optimizer": ("sgd,adam",)}, {},
    ]  # fmt: skip
    parts = [shard(tmp_path / f"{k}", held[k::3], held, **way) for k, way in enumerate(ways)]
    assert len(list(read_studies(parts[0], []))) == 1
    said = collect(tmp_path / "some", *parts[:2], code=1)
    assert re.findall(r"^(?:Missing|Complete): (.*)\.$", said, re.M) == [
        "2 of 7 trials of `benchsuite run --optimizer adam,sgd`"
    ]
    said = collect(tmp_path / "all", *parts)
    assert re.findall(r"^(?:Missing|Complete): (.*)\.$", said, re.M) == [
        "benchsuite run --optimizer adam,sgd (7 trials)"
    ]
    other = shard(tmp_path / "other", held[:2], held[:2])  # of other trials
    assert collect(tmp_path / "all", other).count("Complete: ") == 2


def test_searches_on_other_seeds_are_another_study(tmp_path: Path) -> None:
    """What a search tries first has one id, on however many seeds the end of it is evaluated."""
    ways: list[dict[str, Any]] = [{"seeds": "2", "workers": 1}, {"seeds": "0,1"}, {"seeds": "3"}, {}, {"seeds": "no"}]
    studies = [replace(made.study([]), searches=(SEARCH.id,), options=way) for way in ways]
    nothing = ExtraFiles(Folder(Path("nowhere")))
    alike = [studies[:2], studies[2:4], studies[4:]]  # three seeds are those that nobody has to write
    assert [len(collecting.lacking(each, {}, [], nothing)) for each in alike] == [1, 1, 1]
    assert len(collecting.lacking(studies, {}, [], nothing)) == 3
    empty = [replace(made.study([]), options={"names": name}) for name in ("C1", "C2")]
    assert len(collecting.lacking(empty, {}, [], nothing)) == 2  # nothing says that they are one


def test_what_one_shard_was_asked_to_keep_is_missed_of_all_of_them(tmp_path: Path) -> None:
    held = made.records()[:4]
    one = shard(tmp_path / "1", held[:2], held, kept=["weights"], store_weights=True, workers=2)
    two = shard(tmp_path / "2", held[2:], held, kept=[], probe="0", store_predictions=True)
    said = collect(tmp_path / "all", one, two, code=1)
    (line,) = re.findall(r"^(?:Missing|Complete): (.*)\.$", said, re.M)
    lack, _, command = line.rpartition(" of `")
    assert lack == "the weights of 2 trials and the predictions of 4 trials and the probes of 4 trials"
    # That command keeps all of it, whichever of the two it is.
    words = command.removesuffix("`").split()
    assert words[:4] == ["benchsuite", "run", "--optimizer", "adam,sgd"]
    assert words[4:] in (["--store-weights"], ["--probe", "0", "--store-predictions"])
    first = next(study for study in read_studies(tmp_path / "all", []) if len(Extras.of(study.options).apart()) == 2)
    assert Extras(True, "0", True).flags(Extras.of(first.options)) == ["--store-weights"] == words[4:]


def test_probes_of_epochs_that_were_not_probed_are_missing(tmp_path: Path) -> None:
    held = made.records()[:2]
    part = shard(tmp_path / "part", held, held, kept=[], probe="0,last", store_predictions=True)
    last, task = int(held[0].curves["epoch"][-1]), held[0].trial.task
    for record, epochs in zip(held, ([0, last], [0]), strict=True):
        content = {"layers": ["dense"], "epochs": epochs, "measures": {"norm": [[1.0]] * len(epochs)}}
        Store(part).write_probes(record.id, content)
    said = collect(tmp_path / "all", part, code=1)
    assert "Missing: the predictions of 2 trials and the probes of 1 trial of `benchsuite run" in said
    assert re.search(rf"^  {task} +2 without predictions\n  {task} +1 without probes$", said, re.M)


def test_of_a_search_what_this_study_asked_for_is_missed_and_nothing_else() -> None:
    """Another study may have evaluated the same search on more seeds, and kept nothing."""
    held = made.records()
    tried = (replace(SEARCH.tried[0], ids=(held[0].id,)),)
    search = replace(SEARCH, tried=tried, evaluated=tuple(one.id for one in held[3:6]))
    study = replace(made.study([]), searches=(search.id,), options={"seeds": "0-1", "store_weights": True})
    by_id = {one.id: one for one in held}
    nothing = ExtraFiles(Folder(Path("nowhere")))
    assert [one.trial.seed for one in held[3:6]] == [0, 1, 2]
    (found,) = collecting.lacking([study], by_id, [search], nothing)
    assert not (*found.trials, *found.searches)
    assert [one.id for one in found.beside["weights"]] == [one.id for one in (held[0], *held[3:5])]
    wrong: list[dict[str, Any]] = [{}, {"store_weights": "yes"}, {"probe": "soon"}]
    for options in wrong:
        (found,) = collecting.lacking([replace(study, options=options)], by_id, [search], nothing)
        assert not found


def collecting_of(results: Path, part: Path) -> None:
    from benchsuite.bundle.merging import part_of_folder

    with Store(results).locked():
        collecting.carry_extras([part_of_folder(part)], part_of_folder(results), Store(results))


def test_what_lies_where_weights_should_be_is_told_or_left(tmp_path: Path) -> None:
    (record,) = made.records()[:1]
    part = shard(tmp_path / "part", [record], [record], kept=[])
    file = beside(part, "weights", record)
    file.parent.mkdir(parents=True)
    file.with_name("notes.txt").write_text("mine", encoding="utf-8")
    file.with_name(f"{'0' * 32}.npz").write_bytes(b"of no record, nor in its folder")
    os.mkfifo(file)
    assert refused(tmp_path / "all", part) == f"{file} is a pipe. Move it away: the record of its trial stays."
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere")
    assert "is a link, and links are not followed" in refused(tmp_path / "all", part)
    file.unlink()
    collect(tmp_path / "all", part)
    assert not (tmp_path / "all" / "weights").exists()


def test_folders_that_are_none_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    part = made.folder(tmp_path / "part", made.records())
    assert refused(tmp_path / "all", part, tmp_path / "never") == (
        f"{tmp_path / 'never'} is no results folder: it has no trials. Leave it out if its shard never began; bundles are "
        "joined by `benchsuite merge`."
    )
    assert refused(tmp_path / "all").startswith("there is nothing to collect: no folder was named, and ")
    assert not (tmp_path / "all").exists()


def test_shards_at_work_are_named_and_their_folder_is_not_written_to(tmp_path: Path) -> None:
    held = made.records()
    part = shard(tmp_path / "part", held[:3], held)
    with locked(Folder(part), shard=Shard(2, 4)):
        said = collect(tmp_path / "all", part, code=1)
        assert f"is at work on {part}: collect again when they are done." in said
        assert "shard 2/4 (process " in said
        assert "Missing: 4 of 7 trials" in collect(part, code=1)  # looks, and writes no record
        assert "shard 2/4" in refused(part, tmp_path / "all")
    assert files(part) == files(shard(tmp_path / "again" / "part", held[:3], held))


def test_without_a_study_nobody_can_say_what_is_missing(tmp_path: Path) -> None:
    part = made.folder(tmp_path / "part", made.records())
    assert "No study was begun here" in collect(tmp_path / "all", part)


def test_a_damaged_record_of_a_shard_is_named_and_counts_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = made.records()
    part = shard(tmp_path / "part", held, held)
    Store(part).path(held[0].id).write_bytes(b"{")
    said = collect(tmp_path / "all", part, code=1)
    assert f"{held[0].id}.json" in said
    assert "Missing: 1 of 7 trials" in said
    Store(part).path(held[1].id).write_bytes(b"{")
    said = collect(part, code=1)
    assert f"{held[1].id}.json" not in said  # the report, which is not made here, names it
    assert "Missing: 2 of 7 trials" in said
    monkeypatch.setattr("benchsuite.cli.renewal.AT_ONCE", 0)  # of more records no report is made
    assert collect(part, code=1).count(f"{held[1].id}.json") == 1


def test_a_trial_that_had_no_data_is_missing(tmp_path: Path) -> None:
    """It runs again with the next command: nobody may be told that all is there."""

    def without(data: dict[str, Any]) -> None:
        data["outcome"], data["results"]["failure"]["step"] = "crashed", 0
        data["fingerprints"].pop("data", None)

    *held, lost = made.records()
    part = shard(tmp_path / "part", [*held, made.changed(lost, without)], [*held, lost])
    assert "Missing: 1 of 7 trials" in collect(tmp_path / "all", part, code=1)


def test_what_is_said_to_type_is_the_command_of_the_study(tmp_path: Path) -> None:
    """A folder from elsewhere may hold any words under the name of a study: they are not put before a user to be typed."""
    held = made.records()
    part = shard(tmp_path / "part", held[:2], held)
    study = next(read_studies(part, []))
    study = replace(study, command=(*study.command, "--plugin", "mine.py", "--executor", "ray", "--results", "part"))
    (part / "studies" / f"{made.study(held).id}.json").unlink()
    write_study(part, study)
    first = ("benchsuite", "run", "--optimizer", "adam,sgd", "--plugin")
    for words, taken in (
        ((*first, "../a/mine.py", "--executor", "ray:head:1"), True),
        ((*first, "../a/theirs.py", "--executor", "ray"), False),
        ((*first, "../a/mine.py:x", "--executor", "ray"), False),
        ((*first, "mine.py", "--executor", "ray", "--plugin", "mine.py"), False),
        (("benchsuite", "claim", *first[2:], "mine.py", "--executor", "ray"), False),
    ):
        write_command(part, TypedCommand(study=study.id, folder="/not/here", words=words))
        said = collect(part, code=1)
        assert ((shlex.join(words) in said), "It was typed in /not/here, which is not here" in said) == (taken, taken)
        assert (shlex.join(study.command) in said) is not taken
