"""``run --shard``, ``collect`` and ``slurm`` end to end; trials are simulated, all else is as it is."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.sbatch import as_limit, gib_of_job, gib_of_worker, limit_of
from benchsuite.store import Store
from benchsuite.studies.slurming import Slurming
from tests.bundle import made
from tests.bundled import REGISTRY
from tests.cli.sharded_calls import call, files, refused, simulate
from tests.factories import make_record, remade

STUDY = """
optimizer = ["sgd", "momentum", "adam"]
task = ["noisy_quadratic", "digits_mlp"]
seeds = 2
epochs = 2
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a study file lies; no trial trains, and no page is written."""
    simulate(monkeypatch, tmp_path)
    for verb in ("run", "collect", "slurm", "sweep"):
        monkeypatch.setattr(f"benchsuite.cli.{verb}.registry", lambda *_: REGISTRY)
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("track", [(), ("--track", "tuned", "--budget", "8")])
def test_shards_that_are_collected_are_one_run_to_the_byte(folder: Path, track: tuple[str, ...]) -> None:
    for k in (1, 2, 3):
        said = call("run", "study.toml", *track, "--shard", f"{k}/3", "--results", f"parts/{k}")
        assert f"Shard {k}/3: " in said
        assert f"Shard {k}/3 is done: parts/{k}. `benchsuite collect` joins" in said
        assert not (folder / f"parts/{k}/report").exists()
    assert "Missing: " in call("collect", "parts/1", "parts/3", "--results", "all", code=1)
    assert "Complete: benchsuite run" in call("collect", "parts/1", "parts/2", "parts/3", "--results", "all")
    call("run", "study.toml", *track)
    assert files(folder / "all") == files(folder / "results")
    held = [set(Store(folder / f"parts/{k}", create=False).ids()) for k in (1, 2, 3)]
    assert all(held)
    if not track:
        assert sum(map(len, held)) == len(set().union(*held)) == 12
        # What is missing is said by task, and an ordinary run fills it.
        said = call("collect", "parts/1", "--results", "some", code=1)
        assert re.search(
            rf"Missing: {12 - len(held[0])} of 12 trials of `benchsuite run study\.toml`\.\n  digits_mlp ", said
        )
        call("run", "study.toml", "--results", "some")
        assert "Complete" in call("collect", "--results", "some")


@pytest.mark.parametrize(
    "verb", [("run", "study.toml"), ("compare", "adam", "sgd", "--task", "noisy_quadratic", "--seeds", 2)]
)
def test_a_shard_whose_trials_had_no_data_is_not_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[object, ...]
) -> None:
    """Its next call runs them again: a job that ends with 0 would never be called again."""
    monkeypatch.setattr("benchsuite.cli.compare.registry", lambda *_: REGISTRY)
    monkeypatch.setattr("benchsuite.execution.run.without_data", lambda record: record.trial.seed == 1)
    said = call(*verb, "--shard", "1/1", "--results", "part", code=1)
    assert re.search(r"^[26] trials had no data, and will run again with the next command\.", said, re.M)
    assert "Shard 1/1 has ended, but not all of it is done: part." in said


def test_shards_on_one_folder_need_no_joining(folder: Path) -> None:
    for k in (2, 1, 2):
        call("run", "study.toml", "--shard", f"{k}/2", "--results", "all")
    assert "Complete" in call("collect", "--results", "all")
    call("run", "study.toml")
    assert files(folder / "all") == files(folder / "results")


def test_a_dry_run_of_a_shard_names_its_part_whatever_is_there(folder: Path) -> None:
    def said(k: int) -> str:
        return call("run", "study.toml", "--shard", f"{k}/3", "--dry-run", "--results", "all").splitlines()[0]

    before = [said(k) for k in (1, 2, 3)]
    assert sum(int(re.search(r": (\d+) of 12 trials", one)[1]) for one in before) == 12  # type: ignore[index]
    assert not (folder / "all").exists()
    call("run", "study.toml", "--shard", "2/3", "--results", "all")
    assert [said(k) for k in (1, 2, 3)] == before


def test_a_shard_for_which_nothing_is_left_says_so_and_ends_well(folder: Path) -> None:
    said = call("run", "--task", "digits_mlp", "--baselines", "--seeds", "1", "--shard", "2/2", "--results", "part")
    assert "Shard 2/2: 0 of 1 trials." in said
    assert "Fewer shards would do." in said
    assert "Missing: 1 of 1 trial" in call("collect", "part", "--results", "all", code=1)  # it knows the whole study


def test_the_command_that_is_said_is_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths lead where they led, words are quoted, and it does what is missing, wherever one is."""
    odd = folder / "my studies"
    (odd / "st udy [x]").mkdir(parents=True)
    (odd / "pl ug.py").write_text("", encoding="utf-8")
    (folder / "study.toml").rename(odd / "st udy [x]" / "a.toml")
    words = ("run", "st udy [x]/a.toml", "--plugin", "./pl ug.py", "--memory", 2.5)
    monkeypatch.chdir(odd)
    call(*words, "--shard", "1/2", "--workers", 1, "--results", "../parts/1")
    (odd / "elsewhere").mkdir()
    monkeypatch.chdir(odd / "elsewhere")
    call(
        "run", "../st udy [x]/a.toml", "--plugin", odd / "pl ug.py", "--workers", 2, "--shard", "2/2", "--results", "../../parts/2"
    )  # fmt: skip
    for place, results in ((folder, "all in one"), (odd, "../all in one")):
        monkeypatch.chdir(place)
        said = call("collect", folder / "parts/1", "--results", results, code=1)
        (command,) = re.findall(r"^Missing: .* of `(.*)`\.$", said, re.M)
        (place_said,) = re.findall(r"or that command with --results (.*): it trains what is missing\.$", said, re.M)
        typed = shlex.split(command)
        if place == odd:
            assert shlex.split(place_said) == [results]
        else:
            assert [*typed[:3], place_said] == ["cd", str(odd), "&&", shlex.quote(f"{folder}/all in one")]
            typed = typed[3:]
            monkeypatch.chdir(odd)
        assert typed[:2] == ["benchsuite", "run"]
        assert sorted(typed[2:]) == sorted(
            ["st udy [x]/a.toml", "--workers", "1", "--memory", "2.5", "--plugin", "./pl ug.py"]
        )
    call(*typed[1:], "--results", *shlex.split(place_said))
    assert "Complete: " in call("collect", "--results", "../all in one")
    # One study, as one of its shards was typed.
    assert len(re.findall("^Complete: ", call("collect", "../parts/1", "../parts/2", "--results", "both"), re.M)) == 1


def test_a_sweep_in_shards_is_drawn_once_they_are_joined(folder: Path) -> None:
    sweep = ("sweep", "noisy_quadratic", "sgd", "--over", "learning_rate=0.01,0.1", "--seeds", "2", "--epochs", "2")
    for k in (1, 2):
        said = call(*sweep, "--shard", f"{k}/2", "--results", f"parts/{k}")
        assert f"Shard {k}/2: 2 of 4 trials." in said
        assert not list(folder.glob("*.png"))
    assert "Complete: benchsuite sweep" in call("collect", "parts/1", "parts/2")
    assert "nothing was computed again" in call(*sweep)
    assert list(folder.glob("*.png"))


def test_what_is_no_shard_is_refused_before_any_work(folder: Path) -> None:
    assert refused("run", "study.toml", "--shard", "5/4") == (
        "--shard must be K/N: the K-th of N parts, counted from 1. Received: '5/4'. Example: --shard 3/16."
    )
    for words in (
        ("run", "study.toml"),
        ("sweep", "noisy_quadratic", "sgd", "--over", "learning_rate=0.01,0.1"),
        ("variance", "noisy_quadratic"),
        ("compare", "sgd", "adam", "--yes"),
        ("scale", "noisy_quadratic", "sgd", "adam", "--over", "batch_size"),
        ("certify", "noisy_quadratic", "--resolution"),
        ("certify", "noisy_quadratic"),
        ("claim", "run", "--all"),
    ):  # a variable that nobody set must not run all of it in each job
        assert re.match(r"(--)?shard must be K/N: .* Received: ''", refused(*words, "--shard", "")), words
        assert not (folder / "results").exists()
    (folder / "bad.toml").write_text('shard = "1/4"', encoding="utf-8")
    assert refused("run", "bad.toml").startswith("shard cannot stand in the study file bad.toml")


# SLURM


def script(folder: Path, *words: object) -> tuple[str, str]:
    said = call("slurm", "study.toml", *words)
    return said, (folder / "study.sbatch").read_text(encoding="utf-8")


def options_in(text: str) -> list[str]:
    return [line.removeprefix("#SBATCH ") for line in text.splitlines() if line.startswith("#SBATCH ")]


def test_the_script_asks_for_what_is_predicted_and_says_how_to_collect(folder: Path) -> None:
    said, text = script(folder, "--shards", 3, "--workers", 2, "--sbatch=--partition=cpu", '--sbatch=--comment="a b"')
    assert options_in(text) == [
        "--job-name=study", "--array=1-3", "--ntasks=1", "--cpus-per-task=2", "--mem=10G", "--time=00:15:00",
        "--output=slurm-%x-%A_%a.out", "--open-mode=append", "--requeue", "--partition=cpu",
        '--comment="a b"',
    ]  # fmt: skip
    collecting = f"benchsuite collect {folder}/results-shards/*-of-3 --results {folder}/results"
    assert f"# When all tasks have ended: {collecting}" in text
    assert f"At the end:  {collecting}" in said
    assert "12 trials in 3 shards" in said
    assert subprocess.run(["bash", "-n", "study.sbatch"], check=False).returncode == 0


def test_each_task_of_the_array_runs_its_shard(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/echo")
    odd = folder / "a folder's %K"
    odd.mkdir()
    for more, place in (((), "a folder's %K/r-shards/3-of-4"), (("--one-folder",), "a folder's %K/r")):
        call(
            "slurm",
            "study.toml",
            "--shards",
            4,
            "--results",
            odd / "r",
            "--output",
            "one.sbatch",
            "--memory",
            1.5,
            *more,
        )
        done = subprocess.run(
            ["bash", "one.sbatch"],
            env={**os.environ, "SLURM_ARRAY_TASK_ID": "3"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == (
            f"-m benchsuite run {folder}/study.toml --workers 4 --memory 1.5 --shard 3/4 --results {folder}/{place}\n"
        )
        (folder / "one.sbatch").unlink()


def test_a_script_that_somebody_changed_stays(folder: Path) -> None:
    _, text = script(folder, "--shards", 2)
    assert script(folder, "--shards", 2)[1] == text
    (folder / "study.sbatch").write_text(f"{text}# mine\n", encoding="utf-8")
    assert "study.sbatch is there already, and is another" in refused("slurm", "study.toml", "--shards", 2)
    assert (folder / "study.sbatch").read_text(encoding="utf-8").endswith("# mine\n")


def test_more_shards_than_there_is_work_for_are_told(folder: Path) -> None:
    said, _ = script(folder, "--shards", 20)
    assert "8 shards would have nothing to do" in said
    assert "--shards 12 would do." in said


def test_memory_follows_what_records_of_the_same_tasks_say(folder: Path) -> None:
    def big(data: dict[str, Any]) -> None:
        data["costs"]["peak_memory_bytes"] = 6 * 2**30

    made.folder(folder / "results", [remade(make_record(), big)])
    _, text = script(folder, "--shards", 2)
    assert "--mem=38G" in options_in(text)  # 4 workers of 1.5 × 6 GiB, and 2
    assert "--workers 4 --memory 9 " in text


def test_on_a_gpu_the_shard_decides_how_many_workers_there_are(folder: Path) -> None:
    (folder / "study.toml").write_text(f'device = "gpu:1"\n{STUDY}', encoding="utf-8")
    _, text = script(folder, "--shards", 2)
    assert "--gres=gpu:1" in options_in(text)
    assert "study.toml --device gpu --shard" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "no study file was named."),
        (("nowhere.toml",), "cannot read the study file"),
        (
            ("study.toml", "--sbatch", "partition"),
            "--sbatch must be an option of sbatch in one word. Received: partition.",
        ),
        (("study.toml", "--shards", "0"), "--shards must be a whole number from 1 to 1,000. Received: 0."),
        (("study.toml", "--output", "no/where"), "cannot write no/where: "),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(folder: Path, words: tuple[str, ...], message: str) -> None:
    assert refused("slurm", *words).startswith(message)


@pytest.mark.parametrize(
    "text", ["--x\nrm", "--comment=a b", "--comment=a#b", '--comment="a b', "-p gpu", "--x #y", ""]
)
def test_an_option_that_sbatch_does_not_read_as_one_word_is_none(text: str) -> None:
    with pytest.raises(BenchsuiteError, match=r"^sbatch must be an option of sbatch in one word"):
        Slurming(sbatch=(text,))


@pytest.mark.parametrize("text", ["--partition=gpu", "--comment='a b'", '--comment="a #b"', r"--comment=a\ b", "-n4"])
def test_an_option_that_sbatch_reads_as_one_word_is_one(text: str) -> None:
    assert Slurming(sbatch=(text,)).sbatch == (text,)


def test_a_path_that_no_script_can_name_is_refused(folder: Path) -> None:
    assert refused("slurm", "study.toml", "--results", "a\nb").endswith(
        "a line break or the like, which no script can name."
    )
    assert not (folder / "study.sbatch").exists()


def test_results_that_are_named_win_over_the_study_file_whichever_they_are(folder: Path) -> None:
    """Also where they are those that nobody would have to name; and the memory is what records there say."""

    def big(data: dict[str, Any]) -> None:
        data["costs"]["peak_memory_bytes"] = 6 * 2**30

    (folder / "study.toml").write_text(f'results = "out"\n{STUDY}', encoding="utf-8")
    made.folder(folder / "out", [remade(make_record(), big)])
    for words, place, memory in (((), "out", 9), (("--results", "results"), "results", 4)):
        said, text = script(folder, "--shards", 2, *words)
        assert f"--results {folder}/{place}-shards/" in text
        assert f"--workers 4 --memory {memory} " in text
        assert f" --results {folder}/{place}\n" in said
        (folder / "study.sbatch").unlink()


def test_what_is_said_to_submit_is_a_command(folder: Path) -> None:
    said, _ = script(folder, "--shards", 2)
    assert f"Submit it:   sbatch {folder}/study.sbatch\n" in said
    said = call("slurm", "study.toml", "--shards", 2, "--output", "my script's.sbatch")
    (line,) = re.findall(r"Submit it:   (.*)", said)
    assert shlex.split(line) == ["sbatch", "my script's.sbatch"]


@pytest.mark.parametrize("name", ["100%A", "a\\b"])
def test_a_folder_in_whose_name_slurm_would_put_something_else_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """SLURM replaces in the folder of a log what it replaces in the log's name: that folder does not exist."""
    odd = folder / name
    odd.mkdir()
    monkeypatch.chdir(odd)
    said = refused("slurm", "../study.toml", "--shards", 2)
    assert "in the name of the folder of logs as it does in their names, and no task would begin. Received: " in said
    assert refused("slurm", "../study.toml", "--shards", 2, "--sbatch=--output=logs/%j") == said
    assert not (odd / "study.sbatch").exists()
    call("slurm", "../study.toml", "--shards", 2, f"--sbatch=--output={folder}/%x-%A_%a.out")
    assert f"#SBATCH --output={folder}/%x-%A_%a.out" in (odd / "study.sbatch").read_text(encoding="utf-8")


def test_limits_are_what_is_documented() -> None:
    assert [limit_of(seconds, None) for seconds in (0.0, 100.0, 101.0, 3600.0)] == [600, 900, 1200, 11400]
    assert limit_of(5.0, 2.5) == 9000
    assert [as_limit(seconds) for seconds in (600, 86_399, 90_061)] == ["00:10:00", "23:59:59", "1-01:01:01"]
    assert [gib_of_worker([tier], [], None) for tier in ("quick", "full", "standard", "large", "theirs")] == [
        4,
        4,
        8,
        16,
        16,
    ]
    assert gib_of_worker(["quick"], [2**31, 3 * 2**30 + 1], None) == 5
    assert gib_of_worker(["large"], [2**40], 1.5) == 1.5
    assert gib_of_job(4, 1.5) == 8
