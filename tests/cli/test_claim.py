"""``benchsuite claim``: what it lists, shows, runs, registers, what it refuses before any work, and what it says of code that changed."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.claim_files import claim_verdict, computed_numbers, registration, write_claim
from benchsuite.claim_verdicts import GridEdges
from benchsuite.cli.app import app
from benchsuite.cli.claim_arms import arms_text
from benchsuite.cli.claim_facts import in_lines
from benchsuite.cli.claim_tables import tell_verdicts
from benchsuite.cli.console import terminal
from benchsuite.computing import Computation, Job
from benchsuite.discovery.candidates import _given
from benchsuite.errors import BenchsuiteError
from benchsuite.loading import add
from benchsuite.registry import PluginSearch, Registry
from benchsuite.store import Store
from benchsuite.studies.claimed import claim_plan
from benchsuite.trying import TriedFirst
from tests.bundled import REGISTRY
from tests.claims_made import changed, several
from tests.stored import made

GUIDE = Path(__file__).parent.parent.parent / "docs" / "how-to" / "write-a-claim.md"
(TEXT,) = re.findall(r'^```python title="my_claim.py"\n(.*?)^```', GUIDE.read_text(encoding="utf-8"), re.M | re.S)
COMPUTED = '''"""Numbers that are computed."""

import benchsuite as bs


def compute(lab, seed):
    """Return a number."""
    return 0.1 * seed


def example(lab):
    """Return rows."""
    return [["step", "value"], ["f", "0.25"]]


@bs.hookimpl
def register_claims():
    """Register it."""
    part = bs.Part(name="p", says="a number", because="so", at_most=1.0, evidence=bs.Computed(compute=compute, seeds=6))
    return [bs.Claim(name="odd", number="X9", sentence="A number is small.", source="nobody", parts=[part], example=example)]
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder with the claim of the guide and one that is computed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_claim.py").write_text(TEXT, encoding="utf-8")
    (tmp_path / "odd.py").write_text(COMPUTED, encoding="utf-8")
    # In this process: who tries plugins first takes a process for each.
    for place in ("claim", "claim_register", "info"):
        monkeypatch.setattr(f"benchsuite.cli.{place}.registry", loaded)
    return tmp_path


def loaded(plugins: Any, no_local: bool, **_: Any) -> Registry:
    """What :func:`benchsuite.registry.load_registry` gives, with what is bundled taken from the tests' own registry."""
    files = tuple((str(one), Path(one).read_bytes() if Path(one).is_file() else b"") for one in plugins)
    return of_files(str(Path.cwd()), files)


@functools.cache
def of_files(folder: str, files: tuple[tuple[str, bytes], ...]) -> Registry:
    """Made once while they are as they are."""
    known = Registry(plugins=[*REGISTRY.plugins], tables={kind: {**table} for kind, table in REGISTRY.tables.items()})
    # Nothing but these is looked for: what is bundled is known.
    for candidate in _given(PluginSearch(tuple(name for name, _ in files), folder, False)):
        add(known, candidate, TriedFirst(), set(), False)
    known.remember_sources()
    return known


def run(*arguments: str, code: int = 0) -> Any:
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["claim", *arguments, "--no-local"], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def refused(*arguments: str) -> str:
    with pytest.raises(BenchsuiteError) as caught:
        CliRunner().invoke(app, ["claim", *arguments, "--no-local"], catch_exceptions=False)
    text = str(caught.value)
    assert "\n" not in text
    return text


MINE = ("my_claim", "--plugin", "my_claim.py")
ODD = ("X9", "--plugin", "odd.py")


def trained(folder: Path, momentum: float, plain: float, seeds: int = 6) -> Store:
    """Store a record of each of its trials, as if they had been trained; no worker starts for what is there."""
    known = loaded(["my_claim.py"], True)
    store = Store(folder / "results")
    (part,) = claim_plan(known.claim("my_claim"), known).parts
    for name, trials in part.by_arm.items():
        for trial in trials[:seeds]:
            store.write(made(trial, momentum + 0.001 * trial.seed if name == "momentum" else plain, known))
    return store


def test_what_it_finds_is_printed_and_written(folder: Path) -> None:
    store = trained(folder, -0.5, -0.6)
    found = run("run", *MINE).output
    assert "my_claim: holds" in found
    assert "gain: It holds: 0.102 [0.1, 0.105] at 96.8 % confidence, where at least 0.02 was" in " ".join(found.split())
    assert max(map(len, found.splitlines()[: found.splitlines().index("my_claim my_claim: holds")])) <= 80
    verdict = claim_verdict(store.folder, "my_claim")
    assert verdict is not None
    assert (verdict.word, verdict.quick, len(verdict.parts[0].trials)) == ("holds", False, 12)
    again = json.loads(run("run", *MINE, "--json").stdout)
    assert again["claims"][0]["decided_at"] == verdict.decided_at  # nothing changed, and so does no date
    assert "It was not registered before it ran." in again["claims"][0]["remarks"]


@pytest.mark.parametrize(
    ("action", "has", "lacks"),
    [
        ("list", ("--json", "--results"), ("--fail-if", "--all", "--workers", "NAMES")),
        ("info", ("NAMES", "--all", "--quick"), ("--fail-if", "--dry-run", "--timeout")),
        ("run", ("NAMES", "--all", "--quick", "--fail-if", "--dry-run", "--workers"), ()),
        ("register", ("[FILE]", "--plugin"), ("--all", "--quick", "NAMES")),
    ],
)
def test_each_action_has_a_help_and_options_of_its_own(
    action: str, has: tuple[str, ...], lacks: tuple[str, ...]
) -> None:
    text = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["claim", action, "--help"]).output
    assert f"claim {action} [OPTIONS]" in text.splitlines()[0]
    assert [word for word in has if word not in text] == []
    assert [word for word in lacks if word in text] == []
    whole = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["claim", "--help"]).output
    assert f"\n  {action} " in whole
    assert "--fail-if" not in whole


def test_an_option_of_another_action_is_refused_and_no_action_lists(folder: Path) -> None:
    done = CliRunner().invoke(app, ["claim", "register", "my_claim.py", "--quick"])
    assert (done.exit_code, "No such option: --quick" in done.output) == (2, True)
    done = CliRunner().invoke(app, ["claim"])
    assert done.exit_code == 0
    assert "C7\t" in done.output


def test_what_was_asked_is_the_verb_with_its_action(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study file of a claim says ``claim`` and ``run``: who verifies expands it by these."""
    from benchsuite.cli import asked, claim_run

    calls: list[Any] = []
    monkeypatch.setattr(claim_run.ClaimRun, "tell_dry", lambda *_: calls.append(asked.asked()))
    run("run", *MINE, "--dry-run", "--quick")
    (call,) = calls
    assert (call.verb, call.words[:3]) == ("claim", ("benchsuite", "claim", "run"))
    assert (call.options["action"], call.options["names"], call.options["quick"]) == ("run", "my_claim", True)


def test_it_ends_with_3_where_that_is_asked_for(folder: Path) -> None:
    trained(folder, -0.6, -0.5)
    run("run", *MINE)
    run("run", *MINE, "--fail-if", "cannot-tell")
    run("run", *MINE, "--fail-if", "does-not-hold", code=3)


def test_edges_of_grids_are_told_beside_few_verdicts_and_many(capsys: pytest.CaptureFixture[str]) -> None:
    edge = GridEdges("learning_rate of sgd", ("a", "b", "c"), 10, (), (2, 3))
    one = changed(several()[1], changes={"grids": (edge,)})
    tell_verdicts([one], {one.name: ()}, terminal())
    assert "the largest in 2 of 10 seeds (2, 3); a better one may lie beyond." in " ".join(
        capsys.readouterr().out.split()
    )
    many = [one, *(each for each in several() if each.name != one.name)]
    tell_verdicts(many, {each.name: () for each in many}, terminal())
    found = " ".join(capsys.readouterr().out.split())
    assert "Values at an edge of their grid were chosen in score_gained (2 of 10 seeds)" in found


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    found = run("run", *MINE, "--dry-run").output
    assert "12 trials, 12 to run" in found
    assert "12 trials, 0 of them there already; predicted" in found
    assert not (folder / "results").exists()
    trained(folder, -0.5, -0.6, seeds=4)
    assert "12 trials, 4 to run" in run("run", *MINE, "--dry-run").output
    assert "6 numbers to compute, 6 of them for the first time" in run("run", *ODD, "--dry-run").output


def test_a_list_has_each_with_its_verdict(folder: Path) -> None:
    plugins = ("--plugin", "my_claim.py", "--plugin", "odd.py")
    rows = [line.split("\t") for line in run("list", *plugins).output.splitlines()]
    assert [row for row in rows if row[1] in ("odd", "my_claim")] == [
        ["X9", "odd", "experience", "", "A number is small."],
        ["my_claim", "my_claim", "experience", "", rows[-1][-1]],
    ]
    trained(folder, -0.5, -0.6)
    run("run", *MINE)
    found = json.loads(run("list", *plugins, "--json").stdout)["claims"]
    assert {one["name"]: one["verdict"] for one in found}["my_claim"] == "holds"


def test_a_list_marks_a_verdict_of_other_code_and_names_damaged_files(folder: Path) -> None:
    trained(folder, -0.5, -0.6)
    run("run", *MINE)
    (folder / "results" / "claims" / "odd.json").write_text("{")

    def row() -> Any:
        return next(line for line in run("list", *MINE[1:]).output.splitlines() if line.startswith("my_claim"))

    assert "\tholds\t" in row()
    assert "claims/odd.json" in run("list", *MINE[1:]).stderr
    (folder / "my_claim.py").write_text(TEXT.replace("at_least=0.02", "at_least=0.3"), encoding="utf-8")
    assert "\tholds, of other code\t" in row()
    found = {one["name"]: one for one in json.loads(run("list", *MINE[1:], "--json").stdout)["claims"]}
    assert (found["my_claim"]["verdict"], found["my_claim"]["current"]) == ("holds", False)


def test_all_about_it_stands_in_one_place(folder: Path) -> None:
    before = run("info", *MINE).output
    for text in ("what our group believes", "experience: somebody saw it", "at least 0.02", "2 arms on the seeds 0 to 5",
                 "momentum: teacher_mlp, optimizer momentum[learning_rate=0.01], epochs 3", "12 trials, 0 of them there already",
                 "none yet: benchsuite claim run my_claim", "Two hundredths of R²"):  # fmt: skip
        assert text in " ".join(before.split()), text
    assert max(map(len, before.splitlines())) <= 80
    trained(folder, -0.5, -0.6)
    run("run", *MINE)
    after = " ".join(run("info", *MINE).output.split())
    assert "verdict holds, on 20" in after
    assert "It holds: 0.102 [0.1, 0.105]" in after
    shown = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["info", "my_claim", "--plugin", "my_claim.py", "--no-local"])
    assert " ".join(shown.output.split()) == after


def test_arms_that_differ_in_one_number_are_one_line() -> None:
    arms = {
        f"{name}_{rate}": bs.Arm(task="t~3", recipe={"optimizer": f"{name}[learning_rate={rate}]"}, knobs={"epochs": 3})
        for name in ("momentum", "sgd")
        for rate in (0.3, 0.003, 0.01)
    }
    arms |= {f"w{width}": bs.Arm(task="t", knobs={"width": width, "epochs": 3}) for width in (8, 64)}
    arms["plain"] = bs.Arm(task="t")
    assert arms_text(arms).splitlines() == [
        "momentum_0.3 … momentum_0.01: t~3, optimizer momentum[learning_rate=0.003 … 0.3], epochs 3, 3 arms",
        "sgd_0.3 … sgd_0.01: t~3, optimizer sgd[learning_rate=0.003 … 0.3], epochs 3, 3 arms",
        "w8: t, width 8, epochs 3",
        "w64: t, width 64, epochs 3",
        "plain: t, its baseline",
    ]


def test_the_name_of_a_part_breaks_behind_an_underscore() -> None:
    assert in_lines("xavier_keeps_tanh_alive_in_deep_networks") == ["xavier_keeps_tanh_alive_", "in_deep_networks"]
    assert in_lines("holds if") == ["holds if"]
    assert in_lines("a" * 40) == ["a" * 40]


def test_an_example_is_worked_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.cli.quiet.tensorflow_on_cpu", lambda: None)
    found = run("info", *ODD).output.splitlines()
    assert [line.split() for line in found[-5:] if line][-2:] == [["step", "value"], ["f", "0.25"]]


def computing(values: dict[int, float | None]) -> Callable[..., None]:
    """In place of the processes that compute: tells what came of seeds, and stops where one has nothing."""

    def compute_parts(jobs: list[Job], search: Any, workers: int, timeout: float, tell: Any) -> None:
        for job in jobs:
            for seed in job.seeds:
                if seed not in values:
                    raise KeyboardInterrupt
                reason = "" if values[seed] is not None else "it took too long"
                tell(Computation(job.claim, job.part, seed, values[seed], reason, 2.0, ("task:teacher_mlp",)))

    return compute_parts


def test_what_is_computed_goes_on_where_it_was_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_values(*seeds: int, **changed: float | None) -> None:
        values: dict[int, float | None] = {seed: 0.1 * seed for seed in seeds}
        values |= {int(name[1:]): value for name, value in changed.items()}
        monkeypatch.setattr("benchsuite.computing.compute_parts", computing(values))

    with_values(0, 1, 2)
    assert "goes on from here" in run("run", *ODD, code=1).output
    assert claim_verdict(folder / "results", "odd") is None
    found = run("run", *ODD, "--dry-run").output
    assert "3 numbers to compute" in found
    assert "for the first time" not in found  # what they take is known
    with_values(3, 4, s5=None)
    assert "X9 odd: cannot tell" in run("run", *ODD).output
    with_values(s5=float("inf"))  # that alone is asked for again
    assert "X9 odd: cannot tell" in run("run", *ODD).output
    there = computed_numbers(folder / "results", "odd", "p")
    assert there is not None
    assert [there.numbers[str(seed)].number for seed in range(6)] == pytest.approx(
        [0, 0.1, 0.2, 0.3, 0.4, float("inf")]
    )
    with_values()
    run("run", *ODD)  # nothing is missing
    (folder / "odd.py").write_text(COMPUTED.replace("0.1 * seed", "0.01 * seed"), encoding="utf-8")
    with_values(*range(6))
    assert "X9 odd: holds" in run("run", *ODD).output  # other code: all of them again


def test_who_registers_first_can_show_it(folder: Path) -> None:
    said = run("register", "my_claim.py").output
    held = registration(folder / "results", "my_claim")
    assert held is not None
    assert held.latest.sha256 in said
    assert "with this very content" in run("register", "my_claim.py").output
    assert registration(folder / "results", "my_claim") == held
    trained(folder, -0.5, -0.6)
    (folder / "my_claim.py").write_text(TEXT + "# a comment\n", encoding="utf-8")
    found = " ".join(run("run", *MINE).output.split())
    assert "The file has changed since it was registered: comments alone, its code is the same." in found
    (folder / "my_claim.py").write_text(TEXT.replace("at_least=0.02", "at_least=0.2"), encoding="utf-8")
    info = " ".join(run("info", *MINE).output.split())
    assert "The claim's own code changed since the verdict of" in info
    found = " ".join(run("run", *MINE).output.split())
    assert "my_claim: does not hold" in found
    assert "(holds). It was made again." in found
    assert "The file has changed since it was registered. " in f"{found} "
    again = run("register", "my_claim.py").output
    assert "with another content before" in again
    assert "12 of its 12 trials have results already" in again
    after = registration(folder / "results", "my_claim")
    assert after is not None
    assert after.earlier == (held.latest,)


def test_a_quick_verdict_never_replaces_one_with_all_seeds(folder: Path) -> None:
    (folder / "my_claim.py").write_text(TEXT.replace("seeds=6", "seeds=8"), encoding="utf-8")
    store = trained(folder, -0.5, -0.6, seeds=6)
    assert "holds" in run("run", *MINE, "--quick").output
    quick = claim_verdict(store.folder, "my_claim")
    assert quick is not None
    assert (quick.quick, quick.parts[0].seeds) == (True, 6)
    trained(folder, -0.5, -0.6, seeds=8)
    run("run", *MINE)
    assert "it stays, and is this one" in " ".join(run("run", *MINE, "--quick").output.split())
    whole = claim_verdict(store.folder, "my_claim")
    assert whole is not None
    assert (whole.quick, whole.parts[0].seeds) == (False, 8)


def test_code_that_it_uses_and_that_changed_is_told(folder: Path) -> None:
    from dataclasses import replace

    store = trained(folder, -0.5, -0.6)
    run("run", *MINE)
    verdict = claim_verdict(store.folder, "my_claim")
    assert verdict is not None
    own, _, _ = verdict.fingerprint.partition("-")
    write_claim(store.folder, replace(verdict, fingerprint=f"{own}-{'0' * 16}"))
    said = "The code that it uses changed since the verdict of"
    assert said in " ".join(run("info", *MINE).output.split())
    assert said in " ".join(run("run", *MINE).output.split())
    assert said not in " ".join(run("run", *MINE).output.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run",), "name claims, or use --all"),
        (("run", "C999"), "unknown claim 'C999'"),
        (("run", "my_claim,nobody", "--plugin", "my_claim.py"), "unknown claim 'nobody'"),
        (("run", "my_claim", "--all", "--plugin", "my_claim.py"), "--all means every claim"),
        (("show",), "unknown action 'show'. Known: info, list, register, run"),
        (("run", *MINE, "--fail-if", "holds"), "unknown verdict 'holds'"),
        (("run", *MINE, "--workers", "0"), "--workers must be a whole number"),
        (("register",), "register takes a file"),
        (("register", "nothing.py"), "cannot read 'nothing.py'"),
        (("register", "empty.py"), "registers no claim"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    (folder / "empty.py").write_text(
        '"""None."""\nimport benchsuite as bs\n\n@bs.hookimpl\ndef register_claims():\n    return []\n',
        encoding="utf-8",
    )
    assert said in refused(*arguments)
    assert not (folder / "results").exists()


def test_data_that_are_not_here_are_told_before_any_work(folder: Path) -> None:
    (folder / "far.py").write_text(
        TEXT.replace("my_claim", "far")
        .replace('task="teacher_mlp"', 'task="far_task"')
        .replace(
            "@bs.hookimpl\n",
            '''def data():
    """Return nothing: there is no such file."""
    raise FileNotFoundError("nowhere.npz")


def model(blocks, inputs):
    """Return logits."""
    return blocks.output(2)(inputs)


@bs.hookimpl
def register_tasks():
    """Register a task without data."""
    return [
        bs.Task(
            name="far_task", tier="quick", data=data, split=bs.HoldOut(0.6, 0.2, 0.2), model=model, loss="cross_entropy",
            metrics=["accuracy"], primary="accuracy", targets=[0.5], batch_size=8, epochs=1, baseline={"optimizer": "sgd"},
            compares=["optimizer"], summary="x", license="x", citation="x",
        )
    ]


@bs.hookimpl
''',
            1,
        ),
        encoding="utf-8",
    )
    said = refused("run", "far", "--plugin", "far.py")
    assert "the data of task 'far_task' are not here: FileNotFoundError: nowhere.npz" in said
    assert not (folder / "results").exists()


def test_two_claims_with_one_number_are_refused(folder: Path) -> None:
    (folder / "second.py").write_text(COMPUTED.replace('"odd"', '"other"'), encoding="utf-8")
    said = refused("list", "--plugin", "odd.py", "--plugin", "second.py")
    assert "two claims have the number X9: odd in --plugin odd.py, and other in --plugin second.py" in said


@pytest.mark.slow
def test_a_claim_of_thirty_lines_is_registered_run_and_told_to_have_changed(folder: Path) -> None:
    """Its run in a process of its own, with real trials: the file of the guide as it stands there."""
    assert len(TEXT.splitlines()) <= 36
    run("register", "my_claim.py")
    command = [sys.executable, "-m", "benchsuite", "claim", "run", *MINE, "--workers", "1", "--no-local"]
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    first = " ".join(done.stdout.split())
    assert "12 trials in" in first
    assert "all 12 results came after it" in first
    word = re.search(r"my_claim my_claim: (holds|does not hold|cannot tell)", first)
    assert word
    (folder / "my_claim.py").write_text(TEXT.replace("at_least=0.02", "at_least=-2"), encoding="utf-8")
    again = " ".join(run("run", *MINE).output.split())
    assert "nothing was computed again" in again
    assert "The claim's own code changed since the verdict of" in again
    assert f"({word[1]}). It was made again." in again
    assert "The file has changed since it was registered." in again
    assert "my_claim my_claim: holds" in again
