"""The worst plugins one can think of, in one real run: each is named with its reason, and nothing else is lost.

Some thirty of the more than a hundred that ``make attack`` tries.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attack.beside import ESCAPES, Beside, beside, undisturbed
from tests.attack.hostile import HOSTILE, PLUGINS, Hostile
from tests.attack.study import Ended
from tests.attack.table import Found

QUICK = [one for one in HOSTILE if one.quick]
BROKEN = [one for one in QUICK if one.broken]
SELECTED = [one for one in QUICK if one.selected]
TIMEOUT = 20

pytestmark = pytest.mark.slow


def named(name: str) -> Hostile:
    return next(one for one in QUICK if one.name == name)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Beside:
    folder = tmp_path_factory.mktemp("hostile")
    return beside(folder / "study", QUICK, undisturbed(folder / "undisturbed"), timeout=TIMEOUT, limit=500)


def test_every_plugin_is_tried_and_says_what_it_does() -> None:
    assert {one.name for one in HOSTILE} == {file.stem for file in PLUGINS.glob("*.py")}
    assert len(HOSTILE) >= 100
    unparsed = {"syntax_error"}
    assert all(one.does.endswith(".") for one in HOSTILE if one.name not in unparsed)


# The run


def test_the_run_goes_through_and_every_trial_has_a_record(tried: Beside) -> None:
    assert tried.ended.code == 0, tried.ended
    assert tried.ended.err == ""
    assert "Traceback" not in tried.ended.out
    assert len(tried.found) == len(tried.wanted) + len(SELECTED)


def test_the_bundled_ones_have_the_bits_of_an_undisturbed_run(tried: Beside) -> None:
    assert len(tried.wanted) == 9
    assert tried.disturbed() == []


def test_nothing_is_left_behind(tried: Beside) -> None:
    assert tried.ended.left == ()


def test_all_that_make_attack_judges_holds(tried: Beside) -> None:
    found = Found()
    tried.judge(found)
    assert found.broken == []


@pytest.mark.parametrize("one", SELECTED, ids=lambda one: one.name)
def test_each_ends_as_it_must(one: Hostile, tried: Beside) -> None:
    (record,) = tried.of(one)
    assert record["outcome"] in one.ends, record["reason"]
    if record["outcome"] != "completed":
        assert record["results"]["failure"] is not None
        assert record["task"]["primary"] == "excess_loss"
        (line,) = [line for line in tried.ended.out.splitlines() if f" {one.kind}={one.name} " in line]
        assert line.startswith(f"{record['outcome']} noisy_quadratic {one.kind}={one.name} seed=0: ")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("raises_in_make", "ValueError: I never work with rate 0.1 \\udcff"),
        ("exits_in_make", "SystemExit: 3"),
        ("exits_zero_in_make", "the worker process ended by itself with exit code 0"),
        ("segfault", "the worker process was killed by SIGSEGV"),
        ("endless_loop", f"it took longer than {TIMEOUT} seconds (--timeout), compilation included"),
        (
            "eats_memory",
            "MemoryError: Unable to allocate 50.0 GiB for an array with shape (53687091200,) and data type uint8",
        ),
        # The third update spoils the weights; the fourth step is the first to see it.
        ("nan_at_step_3", "the loss became nan at step 4"),
        ("nan_schedule", "a schedule must return one finite multiplier for each step."),
        (
            "returns_nonsense",
            "make of optimizer 'returns_nonsense' returned str, which has no build, variables, apply. "
            "Return a keras.optimizers.Optimizer, or what bs.Optimizer describes for its `wants`.",
        ),
    ],
)
def test_each_bad_one_is_a_record_with_its_reason(name: str, reason: str, tried: Beside) -> None:
    (record,) = tried.of(named(name))
    assert record["reason"] == reason


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("raises_in_make", 'raise ValueError("I never work'),
        ("exits_in_make", "sys.exit(3)"),
        ("eats_memory", "np.ones(50 * 2**30"),
        ("segfault", "Fatal Python error: Segmentation fault"),
        ("returns_nonsense", "BenchsuiteError"),
    ],
)
def test_the_traceback_shows_the_authors_line(name: str, shown: str, tried: Beside) -> None:
    (record,) = tried.of(named(name))
    traceback = record["results"]["failure"]["traceback"]
    assert shown in traceback
    if name != "segfault":  # whose traceback is faulthandler's
        assert traceback.startswith("Traceback (most recent call last):")
    if name != "returns_nonsense":  # which is found out in the engine
        assert f"plugins/{name}.py" in traceback


def test_a_worker_that_has_gone_is_not_waited_for(tried: Beside) -> None:
    whole = tried.study.records().values()  # with costs, which are no part of what is compared
    seconds = {held["spec"]["recipe"]["optimizer"][0]["name"]: held["costs"]["wall_seconds"] for held in whole}
    for name in ("exits_zero_in_make", "exits_in_workers", "segfault"):
        assert seconds[name] < TIMEOUT / 2, name


def test_a_diverged_trial_keeps_its_step_and_what_was_measured_before(tried: Beside) -> None:
    (record,) = tried.of(named("nan_at_step_3"))
    assert record["results"]["failure"]["step"] == 4
    assert record["curves"]["epoch"] == [0]
    assert record["curves"]["running_loss"] == [None]


def test_what_is_printed_lies_in_the_log_and_not_in_the_display(tried: Beside) -> None:
    log = "".join(path.read_text(errors="replace") for path in (tried.study.results / "logs").rglob("*.log*"))
    for letter in "xyz":
        assert letter * 1000 in log
    assert "x" * 1000 not in tried.ended.out


def test_what_a_plugin_says_is_shown_and_not_obeyed(tried: Beside) -> None:
    (record,) = tried.of(named("raises_escape_codes"))
    assert "red [bold]bold[/] [/] <script>" in record["reason"]
    (line,) = [line for line in tried.ended.out.splitlines() if "optimizer=raises_escape_codes " in line]
    assert "red [bold]bold[/] [/] <script>" in line
    assert not ESCAPES.search(tried.ended.out)


def test_a_huge_message_is_cut(tried: Beside) -> None:
    (record,) = tried.of(named("raises_100_mb"))
    assert record["reason"].startswith("ValueError: xxx")
    assert len(record["reason"]) < 20_000
    assert len(record["results"]["failure"]["traceback"]) < 200_000


def test_a_bad_logger_costs_its_log_only(tried: Beside) -> None:
    lines = [line for line in tried.ended.out.splitlines() if "bad_logger" in line]
    finished = [line for line in lines if "trial_finished of " in line]
    assert len(finished) == 2  # said once, and at the end how often it came again
    assert finished[0].startswith("! trial_finished of ")
    assert finished[1].startswith(f"! {len(tried.found) - 1} times more: trial_finished of ")
    assert all(line.endswith("raised RuntimeError: no log today, 32") for line in finished)
    assert [line for line in lines if line.startswith("! study_finished of ")] != []


def test_the_report_and_the_table_hold_everything(tried: Beside) -> None:
    import pandas as pd

    table = pd.read_parquet(tried.study.results / "trials.parquet")
    assert len(table) == len(tried.found)
    pages = sorted((tried.study.results / "report").rglob("*.html"))
    page = "".join(one.read_text(encoding="utf-8") for one in pages)
    for name in ("segfault", "endless_loop", "eats_memory"):
        assert name in page
    assert "was never closed" in page  # broken plugins are named there as well
    assert "<script>alert" not in page
    assert not ESCAPES.search(page)


@pytest.mark.parametrize("one", BROKEN, ids=lambda one: one.name)
def test_the_run_names_each_broken_plugin_in_one_line(one: Hostile, tried: Beside) -> None:
    (line,) = [line for line in tried.ended.out.splitlines() if line.startswith(f"! ./plugins/{one.name}.py: ")]
    assert line.startswith(f"! ./plugins/{one.name}.py: {one.name} is broken: ")
    assert one.broken in line


# Without running


@pytest.fixture(scope="module")
def listed(tried: Beside) -> Ended:
    return tried.study.run("list", "optimizer", limit=100)


@pytest.mark.parametrize("one", BROKEN, ids=lambda one: one.name)
def test_list_shows_each_broken_plugin_with_its_reason(one: Hostile, listed: Ended) -> None:
    (line,) = [
        line for line in listed.out.splitlines() if line.startswith(f"broken {one.name} (./plugins/{one.name}.py): ")
    ]
    assert one.broken in line


def test_list_shows_the_others_and_no_more_broken_ones(listed: Ended) -> None:
    assert listed.code == 0
    assert listed.out.count("broken ") == len(BROKEN)
    for name in (*(one.selected for one in SELECTED if one.kind == "optimizer"), "adam"):
        assert f"\n{name}\t" in listed.out


@pytest.mark.parametrize("one", [one for one in BROKEN if one.name != "twin_b"], ids=lambda one: one.name)
def test_a_broken_one_that_is_asked_for_is_refused_in_one_line(one: Hostile, tried: Beside) -> None:
    file = f"plugins/{one.name}.py"
    done = tried.study.run("run", "--no-local", "--plugin", file, "--optimizer", "sgd", "--dry-run")
    assert done.code == 2
    assert done.err.startswith(f"benchsuite: the plugin given with --plugin {file} is broken: ")
    assert one.broken in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""


def test_a_name_that_two_claim_is_refused_in_one_line(tried: Beside) -> None:
    done = tried.study.run("run", "--task", "noisy_quadratic", "--optimizer", "twin", "--dry-run")
    assert done.code == 2
    assert done.err.startswith(f"benchsuite: {named('twin_b').broken}")
    assert done.err.count("\n") == 1


def test_the_folder_holds_only_what_it_should(tried: Beside) -> None:
    assert sorted(path.name for path in Path(tried.study.results).iterdir() if path.name != ".lock") == [
        "commands", "logs", "report", "studies", "trials", "trials.parquet",
    ]  # fmt: skip
