"""Bad input through the real command: one clear line on stderr, exit code 2, no traceback, nothing written."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchsuite.certificates import checksum_of
from benchsuite.cli import main
from benchsuite.provenance import fingerprints
from benchsuite.record_json import record_from_json
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.store import Store
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from tests.factories import make_json


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command as it is installed, in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["benchsuite", *arguments])
        code = 0
        try:
            main()
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def refused(done: Done) -> str:
    """The one line that was said."""
    assert done.code == 2, done
    assert done.err.startswith("benchsuite: ")
    assert done.err.endswith("\n")
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err + done.out
    assert done.out == ""
    return done.err.removeprefix("benchsuite: ").removesuffix("\n")


SEEDS = "--seeds must be a number of seeds from 1 to 1,000,000, or seeds and ranges such as 0-9, 3,5 or 0-4,10."
LR = "a number from 1e-05 to 10 (log scale)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "run",
            "nothing to run. Use --all, or name what to compare, such as --optimizer sgd,adam or --task digits_mlp. ",
        ),
        ("run --seeds 2", "nothing to run. Use --all, "),
        ("run --optimizer adm", "unknown optimizer 'adm'. Did you mean 'adam'? Known: "),
        ("run --initializer he --task digits_mlp", "unknown initializer 'he'. Did you mean 'he_normal'? Known: "),
        (
            "run --optimizer sgd --task digits_mlp --probe 99",
            "--probe 99 names no epoch of these trials: the longest has 30.",
        ),
        ("run --optimizer xq*", "unknown optimizer pattern 'xq*'. Known: "),
        ("run --schedule cosin --task digits_mlp", "unknown schedule 'cosin'. Did you mean 'cosine'? Known: "),
        (
            "run --gradient-transform clip_nrm",
            "unknown gradient transform 'clip_nrm'. Did you mean 'clip_norm'? Known: ",
        ),
        ("run --task digits", "unknown task 'digits'. Did you mean 'digits_mlp'? Known: "),
        ("run --task xq*", "unknown task pattern 'xq*'. Known: "),
        ("run --kind optimiser", "unknown kind 'optimiser'. Did you mean 'optimizer'? Known: "),
        ("run --all --tier quik", "unknown tier 'quik'. Did you mean 'quick'? Known: full, large, quick, standard."),
        (
            "run --cross optimizer",
            "--cross must name two kinds. Received: optimizer. Example: --cross optimizer,normalization.",
        ),
        ("run --cross optimizer,losses", "unknown kind 'losses'. Did you mean 'loss'? Known: "),
        (
            "run --optimizer sgd --folds 1",
            "--folds must be a whole number from 2, or n for leave-one-out. Received: '1'.",
        ),
        ("run --all --precision half", "unknown precision 'half'. Known: bfloat16, float32."),
        (
            "run --optimizer sgd[learning_rate=20]",
            "learning_rate of optimizer 'sgd' must be a number from 1e-05 to 10 (log scale). Received: 20.",
        ),
        (
            "run --optimizer sgd[learning_rate=fast]",
            "learning_rate of optimizer 'sgd' must be a number from 1e-05 to 10 (log scale). Received: 'fast'.",
        ),
        (
            "run --optimizer sgd[learnig_rate=0.1]",
            "unknown hyperparameter of optimizer 'sgd': 'learnig_rate'. Did you mean 'learning_rate'? "
            "Known: learning_rate.",
        ),
        (
            "run --optimizer sgd[learning_rate=0.1",
            "cannot read the selection 'sgd[learning_rate=0.1'. "
            "Write name, name* or name[hyperparameter=value,value], separated by commas.",
        ),
        (
            "run --optimizer sgd[0.1]",
            "cannot read the grid in 'sgd[0.1]': '0.1'. Write [hyperparameter=value,value].",
        ),
        ("run --optimizer sgd+adam", "a recipe holds one optimizer. Received: 'sgd+adam'. Use ',' for alternatives."),
        ("run --optimizer sgd --seeds -1", f"{SEEDS} Received: '-1'."),
        ("run --optimizer sgd --seeds 0", f"{SEEDS} Received: '0'."),
        ("run --optimizer sgd --epochs 0", "--epochs must be a whole number from 1 to 1,000,000,000. Received: 0."),
        ("run --all --seeds 99999999999", f"{SEEDS} Received: '99999999999'."),
        ("run --optimizer sgd --seeds 5-3", f"{SEEDS} Received: '5-3'. Write the smaller seed of a range first: 3-5."),
        ("run --optimizer sgd --seeds 1,0-3", f"{SEEDS} Received: '1,0-3'. Seed 1 stands there twice."),
        ("run --all --seeds 1000000", "a study may have up to 10,000,000 trials. Received: "),
        (
            "run --all --epochs 100000000000000000000",
            "--epochs must be a whole number from 1 to 1,000,000,000. Received: 100000000000000000000.",
        ),
        ("run --optimizer sgd --lanes 1.5", "--lanes must be a whole number from 1 to 4,096. Received: '1.5'."),
        ("run --optimizer sgd --seeds many", f"{SEEDS} Received: 'many'."),
        ("run --optimizer sgd --lanes 0", "--lanes must be a whole number from 1 to 4,096. Received: 0."),
        ("run --optimizer sgd --timeout soon", "--timeout must be a number above 0. Received: 'soon'."),
        ("run --all --workers 1001", "--workers must be a whole number from 1 to 1,000. Received: 1001."),
        ("run --optimizer sgd --workers 0", "--workers must be a whole number from 1 to 1,000. Received: 0."),
        ("run --optimizer sgd --workers -2", "--workers must be a whole number from 1 to 1,000. Received: -2."),
        ("run --optimizer sgd --timeout 0", "--timeout must be a number above 0. Received: 0.0."),
        ("run --optimizer sgd --timeout nan", "--timeout must be a number above 0. Received: nan."),
        ("run --optimizer sgd --memory -1", "--memory must be a number above 0. Received: -1.0."),
        ("run --optimizer sgd --memory 0", "--memory must be a number above 0. Received: 0.0."),
        ("run --optimizer sgd --device tpu", "--device must be cpu, gpu or gpu:N. Received: 'tpu'."),
        ("run --optimizer sgd --device cpu:1", "--device must be cpu, gpu or gpu:N. Received: 'cpu:1'."),
        (
            "run --optimizer sgd --probe 0,end",
            "--probe must name epochs: numbers from 0 and 'last', separated by commas, or 'all'. Received: '0,end'.",
        ),
        (
            "run --initializer transfer",
            "trial of initializer 'transfer' must be the id of a trial: the 32 hexadecimal digits of its record's name. "
            "Received: None.",
        ),
        (
            "run --initializer transfer[trial=abc]",
            "trial of initializer 'transfer' must be the id of a trial: the 32 hexadecimal digits of its record's name. "
            "Received: 'abc'.",
        ),
        ("run study.toml", "cannot read the study file study.toml: No such file or directory."),
        ("run --plugin gone.py --optimizer sgd", "the plugin given with --plugin gone.py is broken: no such file: "),
        (
            "run --plugin no_such_module --optimizer sgd",
            "the plugin given with --plugin no_such_module is broken: ModuleNotFoundError: ",
        ),
        (
            "run --task noisy_quadratic --kind activation",
            "no selected task compares activation. Name tasks with --task; `benchsuite list` shows them.",
        ),
        (
            "run --task noisy_quadratic --loss mse",
            "every selected task has a loss of its own, which --loss cannot replace.",
        ),
        ("run --dry-run --optimizer adm", "unknown optimizer 'adm'. Did you mean 'adam'? Known: "),
        ("list optimiser", "unknown kind 'optimiser'. Did you mean 'optimizer'? Known: "),
        ("info adm", "unknown component or task 'adm'. Did you mean 'adam'? Known: "),
        ("info optimiser:adam", "unknown kind 'optimiser'. Did you mean 'optimizer'? Known: "),
        ("info schedule:adam", "unknown schedule 'adam'. "),
        ("check adm", "unknown component or task 'adm'. Did you mean 'adam'? Known: "),
        ("check optimiser:adam", "unknown kind 'optimiser'. Did you mean 'optimizer'? Known: "),
        ("new optimiser mine", "unknown kind 'optimiser'. Did you mean 'optimizer'? Known: "),
        (
            "new optimizer My-Opt",
            "the name of an optimizer must be lower-case letters, digits and underscores, a letter first. "
            "Received: 'My-Opt'.",
        ),
        ("new optimizer ../evil", "the name of an optimizer must be lower-case letters, digits and underscores, "),
        (
            "report",
            "there are no records in results. Run `benchsuite run --all` first, or name a folder with --results DIR.",
        ),
        (
            "report --results elsewhere",
            "there are no records in elsewhere. Run `benchsuite run --all` first, or name a folder with --results DIR.",
        ),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    arguments: str, message: str, command: Command, tmp_path: Path
) -> None:
    assert refused(command(*arguments.split())).startswith(message)
    assert files(tmp_path) == []


def test_a_gpu_that_is_not_there(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.engine.device.count_gpus", lambda: 0)
    for device in (("gpu",), ("gpu:1",), ("gpu:1", "--workers", "2")):
        assert refused(command("run", "--optimizer", "sgd", "--device", *device)) == (
            "--device gpu: no NVIDIA GPU was found on this machine. "
            "Use --device cpu, or install its driver and benchsuite[gpu]."
        )
    monkeypatch.setattr("benchsuite.engine.device.count_gpus", lambda: 2)
    assert refused(command("run", "--optimizer", "sgd", "--device", "gpu:2")) == (
        "--device gpu:2: this machine has GPUs 0 to 1."
    )
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "arguments", ["run --optimizer sgd --seeds", "run --optimiser sgd", "run --optimizer", "rum", "new optimizer"]
)
def test_what_the_command_line_itself_refuses_has_no_traceback_either(
    arguments: str, command: Command, tmp_path: Path
) -> None:
    done = command(*arguments.split())
    assert done.code == 2
    assert "Error: " in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("optimizer = [", "the study file study.toml is not TOML: "),
        (
            "optimiser = 'adam'",
            "unknown key in the study file study.toml: 'optimiser'. Did you mean 'optimizer'? Known: ",
        ),
        (
            "optimizer = 'sgd'\nseeds = 'five'",
            SEEDS.replace("--seeds", "seeds in the study file study.toml") + " Received: 'five'.",
        ),
        (
            "optimizer = 'sgd'\nseeds = -1",
            SEEDS.replace("--seeds", "seeds in the study file study.toml") + " Received: '-1'.",
        ),
        ("optimizer = 'adm'", "unknown optimizer 'adm'. Did you mean 'adam'? Known: "),
        (
            "optimizer = 'sgd'\ndevice = 'tpu'",
            "device in the study file study.toml must be cpu, gpu or gpu:N. Received: 'tpu'.",
        ),
        (
            "optimizer = 'sgd'\nworkers = 0",
            "workers in the study file study.toml must be a whole number from 1 to 1,000. Received: 0.",
        ),
        (
            "optimizer = 'sgd'\nprobe = 'end'",
            "probe in the study file study.toml must name epochs: numbers from 0 and 'last', ",
        ),
        (
            "optimizer = 'sgd'\nstore-weights = 1",
            "store_weights in the study file study.toml must be true or false. Received: 1.",
        ),
        (
            "optimizer = 'sgd'\ndry-run = true",
            "dry-run cannot stand in the study file study.toml: it is for the command line alone. "
            "Leave it out, and write --dry-run there.",
        ),
        ("", "nothing to run. "),
    ],
)
def test_a_bad_study_file_is_one_line(text: str, message: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    assert refused(command("run", "study.toml")).startswith(message)
    assert files(tmp_path) == ["study.toml"]


def test_flags_override_the_study_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        "optimizer = ['sgd', 'adam']\ntask = 'digits_mlp'\nseeds = 5\nepochs = 9\nworkers = 1\n", encoding="utf-8"
    )
    from_file = command("run", "study.toml", "--dry-run")
    assert (from_file.code, from_file.err) == (0, "")
    assert from_file.out.startswith("10 trials of 2 programs; 0 have a record already.")
    assert " with 1 worker. Nothing was written." in from_file.out
    flags = command("run", "study.toml", "--dry-run", "--seeds", "2", "--optimizer", "sgd", "--workers", "2")
    assert flags.out.startswith("2 trials of 1 program; 0 have a record already.")
    assert " with 2 workers. Nothing was written." in flags.out
    # Whether a decay rate can be fed turns out when a program is made.
    grid = command("run", "study.toml", "--dry-run", "--optimizer", "adam[beta_1=0.8,0.9]", "--seeds", "2")
    assert grid.out.startswith("4 trials of at least 1 program; 0 have a record already.")
    # The default typed out is a wish as well.
    assert command("run", "study.toml", "--dry-run", "--seeds", "3").out.startswith("6 trials of 2 programs;")
    assert files(tmp_path) == ["study.toml"]


def test_no_limit_can_be_asked_for(command: Command) -> None:
    done = command("run", "--task", "digits_mlp", "--dry-run", "--memory", "inf", "--timeout", "inf")
    assert (done.code, done.err) == (0, "")


def test_a_results_folder_that_is_a_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "results").write_text("mine", encoding="utf-8")
    assert refused(command("run", "--optimizer", "sgd")) == (
        "cannot write to the results folder results: Not a directory. Choose another with --results DIR."
    )
    assert refused(command("report")).startswith("there are no records in results. ")
    assert files(tmp_path) == ["results"]
    assert (tmp_path / "results").read_text(encoding="utf-8") == "mine"


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A results folder with the record of one trial, made by the code that is here."""
    registry = load_registry(PluginSearch(local=False))
    (trial,) = plan(Study(task=("digits_mlp",), seeds=1), registry).trials.values()
    found = make_json(outcome="crashed") | {"id": trial.id, "spec": trial.spec}
    data = checksum_of(registry.task(trial.task), registry)
    found["fingerprints"] = {**fingerprints(trial, registry), "data": data}
    store = Store(tmp_path / "results")
    return store.path(store.write(record_from_json(json.dumps(found).encode())).id)


ONE = ("run", "--task", "digits_mlp", "--seeds", "1")


def kept(folder: Path) -> set[str]:
    return {path for path in files(folder) if not path.startswith((".lock", "logs", "report", "trials.parquet"))}


@pytest.mark.parametrize("arguments", [ONE, (*ONE, "--dry-run")])
def test_a_newer_record_of_the_study_is_named_and_nothing_is_changed(
    arguments: tuple[str, ...], stored: Path, command: Command, tmp_path: Path
) -> None:
    newer = json.dumps(json.loads(stored.read_bytes()) | {"format": 3, "novelty": 1}).encode()
    stored.write_bytes(newer)
    assert refused(command(*arguments)) == (
        f"the record results/trials/{stored.parent.name}/{stored.name} has format 3; this benchsuite reads up to 2. "
        "Upgrade benchsuite, or use another --results folder. Nothing was changed."
    )
    assert stored.read_bytes() == newer
    assert kept(tmp_path / "results") == {
        "trials",
        f"trials/{stored.parent.name}",
        f"trials/{stored.parent.name}/{stored.name}",
    }


def test_a_damaged_record_is_named_by_a_dry_run_and_the_report_and_stops_neither(
    stored: Path, command: Command, tmp_path: Path
) -> None:
    half = stored.read_bytes()[: stored.stat().st_size // 2]
    stored.write_bytes(half)
    line = f"! trials/{stored.parent.name}/{stored.name} is not whole JSON ("
    looked = command(*ONE, "--dry-run")
    assert (looked.code, looked.err) == (0, "")
    assert "; 0 have a record already." in looked.out
    assert line in looked.out
    assert "A run moves these to damaged/ and trains their trials again.\n" in looked.out
    shown = command("report")
    assert (shown.code, shown.err) == (0, "")
    assert line in shown.out
    assert stored.read_bytes() == half
    assert kept(tmp_path / "results") == {
        "trials",
        f"trials/{stored.parent.name}",
        f"trials/{stored.parent.name}/{stored.name}",
    }


def test_a_full_disk_while_the_report_is_written(
    stored: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **keywords: object) -> None:
        raise OSError(28, "No space left on device", "results/report/index.html")

    monkeypatch.setattr("benchsuite.report.write_report", full)
    message = refused(command("report"))
    assert message == (
        "cannot write the report: results/report/index.html: No space left on device. Every record is whole. "
        "Mend that, and run `benchsuite report`."
    )
    assert stored.exists()


def test_new_overwrites_nothing(command: Command, tmp_path: Path) -> None:
    for place in ("plugins/mine.py", "tests/test_mine.py"):
        path = tmp_path / place
        path.parent.mkdir(parents=True)
        path.write_text("mine", encoding="utf-8")
        assert refused(command("new", "optimizer", "mine")) == (
            f"{place} exists already. Choose another name, or delete it first."
        )
        assert path.read_text(encoding="utf-8") == "mine"
        path.unlink()
        path.parent.rmdir()
    assert files(tmp_path) == []


def test_new_in_a_place_that_is_a_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "plugins").write_text("mine", encoding="utf-8")
    assert refused(command("new", "optimizer", "mine")).startswith("cannot write plugins")
    assert files(tmp_path) == ["plugins"]


def failing_stat(name: str, filename: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look at the folder of records fail."""
    number, stat = getattr(errno, name), Path.stat

    def fails(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if self.name == "trials":
            raise OSError(number, os.strerror(number), *([filename] if filename else []))
        return stat(self, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", fails)


@pytest.mark.parametrize(
    ("name", "filename", "said"),
    [
        ("EIO", "results/trials", "results/trials: Input/output error"),
        ("EIO", None, "Input/output error"),
        ("ESTALE", "results/trials", "results/trials: Stale file handle"),
        ("ETIMEDOUT", "results/trials", "results/trials: Connection timed out"),
    ],
)
def test_a_drive_that_fails_is_one_line_wherever_it_is_met(
    name: str, filename: str | None, said: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_stat(name, filename, monkeypatch)
    assert refused(command("report")) == (
        f"a drive fails: {said}. What was written before is whole. Mend that and run the same command again."
    )


@pytest.mark.parametrize(("name", "filename"), [("ETIMEDOUT", None), ("EPERM", "results/trials"), ("EINVAL", None)])
def test_what_may_be_a_mistake_of_the_program_keeps_its_traceback(
    name: str, filename: str | None, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_stat(name, filename, monkeypatch)
    with pytest.raises(OSError, match=os.strerror(getattr(errno, name))):
        command("report")
