"""``--shard`` of the verbs that decide something: parts without a verdict, which joined give that of one run; and who has none."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchsuite.claim_files import claim_verdict
from benchsuite.cli import door
from benchsuite.cli.app import app
from benchsuite.cli.sharded import WITH_SHARDS
from benchsuite.computing import Computation, Job
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.store import Store
from tests.bundled import REGISTRY
from tests.cli.sharded_calls import call, files, refused, simulate
from tests.tuning.simulated import rate

PAIR = ("compare", "adam", "sgd", "--task", "noisy_quadratic,digits_mlp", "--epochs", 2)
ALONG = ("scale", "noisy_quadratic", "adam", "sgd", "--over", "batch_size", "--values", "10,20", "--epochs", 2)
RESOLUTION = ("certify", "--resolution", "noisy_quadratic", "--kind", "schedule", "--budget", 2, "--seeds", 3)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    simulate(monkeypatch, tmp_path)
    for verb in ("collect", "compare", "scale", "certify", "sweep"):
        monkeypatch.setattr(f"benchsuite.cli.{verb}.registry", lambda *_: REGISTRY)
    return tmp_path


def records(results: Path) -> dict[str, bytes]:
    """All that was run."""
    return {name: content for name, content in files(results).items() if not name.startswith("studies/")}


@pytest.mark.parametrize(
    ("command", "what"),
    [((*PAIR, "--seeds", 6), "24 trials"), ((*ALONG, "--seeds", 6), "24 trials"), (RESOLUTION, "5 searches")],
    ids=["compare", "scale", "certify"],
)
def test_shards_that_are_joined_give_the_verdict_of_one_run(
    folder: Path, command: tuple[object, ...], what: str
) -> None:
    for k in (1, 2, 3):
        said = call(*command, "--shard", f"{k}/3", "--results", f"parts/{k}")
        assert re.search(rf"Shard {k}/3: [1-9]\d* of {what}\.", said)
        assert f"Shard {k}/3 is done: parts/{k}. `benchsuite collect` joins" in said
        assert said.rstrip().endswith("without --shard, with --results of the joined folder, then gives the verdict.")
        assert not list(folder.glob("*.png"))
    collected = call("collect", *(f"parts/{k}" for k in (1, 2, 3)), "--results", "all")
    assert re.search(
        r"Complete: benchsuite .*\. That command with --results all says what came of it\.$", collected, re.M
    )
    yes = ("--yes",) if command[0] == "compare" else ()
    call(*command, *yes, "--results", "whole")
    before = records(folder / "all")
    joined = call(*command, "--results", "all")
    assert records(folder / "all") == before == records(folder / "whole")
    assert joined == call(*command, "--results", "whole")
    assert len(joined.splitlines()) > 3


def test_what_a_folder_holds_already_changes_no_shard_of_a_comparison(folder: Path) -> None:
    """Without --seeds a comparison takes all that both have; a shard takes ten, since another one cannot know."""
    call(*PAIR, "--yes", "--seeds", 13, "--results", "held")
    assert "of 40 trials." in call(*PAIR, "--shard", "1/2", "--results", "held")


def test_a_dry_run_of_a_shard_names_its_part_and_writes_nothing(folder: Path) -> None:
    assert "Shard 1/2: 6 of 12 trials.\n6 trials; 0 have a record already. Nothing was written." in call(
        *ALONG, "--seeds", 3, "--shard", "1/2", "--dry-run"
    )
    assert "Shard 1/2: 2 of 4 searches.\nup to 12 trials. Nothing was written." in call(
        *ALONG, "--track", "tuned", "--budget", 4, "--seeds", 2, "--shard", "1/2", "--dry-run"
    )
    assert "Shard 2/2: 2 of 5 searches.\nup to 10 trials. Nothing was written." in call(
        *RESOLUTION, "--shard", "2/2", "--dry-run"
    )
    assert not (folder / "results").exists()


# Claims

CLAIMS = """
import benchsuite as bs

def gain(runs):
    return runs["fast"].score - runs["slow"].score

def compute(lab, seed):
    return 0.1 * seed

@bs.hookimpl
def register_claims():
    arms = {name: bs.Arm(task="noisy_quadratic", recipe={"optimizer": f"sgd[learning_rate={rate}]"}, knobs={"epochs": 2})
            for name, rate in {"fast": 0.1, "slow": 0.01}.items()}
    trained = bs.Part(name="gain", says="a gain", because="so", at_least=0.02, evidence=bs.Trained(arms=arms, effect=gain, seeds=6))
    computed = [bs.Part(name=f"p{number}", says="a number", because="so", at_most=1.0,
                        evidence=bs.Computed(compute=compute, seeds=9)) for number in range(3)]
    about = {"source": "nobody", "sentence": "It is so."}
    return [bs.Claim(name="mine", number="X1", parts=[trained], **about),
            bs.Claim(name="odd", number="X2", parts=computed, example=lambda lab: [["step", "value"], ["f", "0.1"]], **about)]
"""
COMMAND = ("claim", "run", "X1,X2", "--plugin", "claims.py", "--no-local")


@pytest.fixture
def claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a claim that is trained, and one that is computed."""
    simulate(monkeypatch, tmp_path, lambda trial: 10 * rate(trial))
    (tmp_path / "claims.py").write_text(CLAIMS, encoding="utf-8")
    known: Registry = load_registry(PluginSearch(("claims.py",), str(tmp_path), False))
    for verb in ("claim", "collect"):
        monkeypatch.setattr(f"benchsuite.cli.{verb}.registry", lambda *_: known)

    def compute_parts(jobs: list[Job], search: Any, workers: int, timeout: float, tell: Callable[..., None]) -> None:
        for job in jobs:
            for seed in job.seeds:
                tell(Computation(job.claim, job.part, seed, 0.1 * seed, "", 2.0, ("task:noisy_quadratic",)))

    monkeypatch.setattr("benchsuite.computing.compute_parts", compute_parts)
    return tmp_path


def test_claims_in_shards_are_decided_once_they_are_joined(claims: Path) -> None:
    assert "Shard 1/2: 6 of 12 trials and 18 of 27 numbers that are computed." in call(
        *COMMAND, "--shard", "1/2", "--dry-run"
    )
    held = []
    for k in (1, 2):
        said = call(*COMMAND, "--shard", f"{k}/2", "--results", f"parts/{k}")
        assert f"Shard {k}/2 is done: parts/{k}." in said
        assert "holds" not in said
        assert claim_verdict(claims / f"parts/{k}", "mine") is None
        held.append(set(Store(claims / f"parts/{k}", create=False).ids()))
    assert (len(held[0]), len(held[1]), len(held[0] | held[1])) == (6, 6, 12)
    assert sorted(path.name for path in (claims / "parts/2/computed").iterdir()) == ["odd.p1.json"]
    assert "Missing: 6 of 12 trials of `benchsuite claim run" in call("collect", "parts/2", "--results", "some", code=1)
    assert "Complete: benchsuite claim run " in call("collect", "parts/1", "parts/2", "--results", "all")
    joined = call(*COMMAND, "--results", "all")
    assert "All numbers that are computed are there already." in joined
    assert "X1 mine: does not hold" in joined
    call(*COMMAND, "--results", "whole")
    assert records(claims / "all") == records(claims / "whole")


def test_a_shard_of_claims_whose_records_were_not_repeated_is_not_done(
    claims: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = door.carried_out

    def unlike(*arguments: Any) -> Any:
        summary = real(*arguments)
        summary.unrepeated["a" * 32] = "a loss"
        return summary

    monkeypatch.setattr(door, "carried_out", unlike)
    said = call(*COMMAND, "--shard", "1/2", "--results", "part", code=1)
    assert "1 of the trials named above did not repeat their record" in said
    assert "Shard 1/2 has ended, but not all of it is done: part." in said


# What is refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*PAIR, "--until", "decided"), "a shard is a part of trials that are known beforehand, and --until decided decides by what "
            "comes of the first whether there are more. Take a fixed number with --seeds, or leave --shard out."),
        (("compare", "adam", "reference:sgd"), "a comparison with stored results repeats some of them where numbers round otherwise, so "
            "its trials depend on the machine, and shards would differ. Leave --shard out, or run both sides here without reference:."),
        (("compare", "adam", "sgd", "--track", "tuned"), "compare runs nothing on the track tuned: it compares searches that have ended. "
            "Received: --shard 1/2 with --track tuned. Run these in shards: `benchsuite run --track tuned --shard 1/2`."),
        *[((*words, flag, *more), f"{flag} is about the whole study, and a shard knows only its part. Received: --shard with {flag}. "
            "Give it to the same command without --shard once all shards are joined by `benchsuite collect`.")
          for words, flag, more in (
              (PAIR, "--fail-if", ("worse",)), (PAIR, "--json", ()), (ALONG, "--json", ()),
              (("variance", "digits_mlp"), "--json", ()), (RESOLUTION, "--write", ()),
              (("claim", "run", "--all"), "--fail-if", ("cannot-tell",)), (("claim", "run", "--all"), "--json", ()))],
        (("certify", "digits_mlp"), "--shard says how a resolution is measured. Received: --shard 1/2 without --resolution. "
            "Add --resolution, or leave it out."),
        (("tune", "digits_mlp", "adam"), "a search is never divided: what it tries next depends on what came of the last. Received: "
            "--shard with tune. Give it more --workers; `benchsuite run --track tuned --shard K/N` divides many searches."),
        (("diagnose",), "`benchsuite diagnose` runs as a whole: it trains a few trials, or none. Received: --shard with diagnose. Leave it "
            "out; these verbs have shards: run, compare, scale, sweep, variance, claim run, certify --resolution."),
    ],
)  # fmt: skip
def test_where_a_part_makes_no_sense_one_line_says_why_and_what_to_do(
    folder: Path, words: tuple[object, ...], said: str
) -> None:
    assert refused(*words, "--shard", "1/2") == said
    assert not (folder / "results").exists()


def test_the_verbs_that_have_shards_are_those_that_are_named() -> None:
    import typer.main

    group: Any = typer.main.get_command(app)
    commands = {name: one for name, one in group.commands.items() if not hasattr(one, "commands")}
    commands |= {f"claim {name}": one for name, one in group.commands["claim"].commands.items()}
    have = {name for name, one in commands.items() if any("--shard" in each.opts for each in one.params)}
    assert have == {name.replace(" --resolution", "") for name in WITH_SHARDS}
