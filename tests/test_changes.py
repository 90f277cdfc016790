"""A changed baseline: what may be said, what a study then runs, and which results stand beside which."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest

import benchsuite as bs
from benchsuite.analysis import leaderboards
from benchsuite.analysis.grids import grids
from benchsuite.analysis.sample import Sample, column_labels
from benchsuite.archive import Archive
from benchsuite.changes import changed_baseline, read_changes, settle, spelled
from benchsuite.execution.run import task_facts
from benchsuite.record import Record
from benchsuite.record_json import record_from_json, record_to_json
from benchsuite.registry import Registry
from benchsuite.report.site import leaderboards_page, start_page
from benchsuite.report.tables.csv_table import leaderboard_csv
from benchsuite.report.tables.terminal import leaderboard_tables
from benchsuite.selection import baseline
from benchsuite.studies.plan import Plan, plan
from benchsuite.study import Study
from benchsuite.trial import Trial
from tests.factories import BASELINE, component, make_record, remade
from tests.report.reading import site
from tests.tiers import with_quick

SAID = "batch_size=128, gradient-transform=clip_norm,schedule=warmup+cosine"
SETTLED = (("schedule", "warmup+cosine"), ("gradient_transform", "clip_norm"), ("batch_size", "128"))


def refused(call: Any, *arguments: Any, **keywords: Any) -> str:
    with pytest.raises(bs.BenchsuiteError) as caught:
        call(*arguments, **keywords)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# What may be said


def test_changes_are_read_in_one_order_however_they_are_written() -> None:
    assert read_changes([SAID]) == SETTLED
    assert read_changes(SAID.split(",")[::-1]) == SETTLED
    assert read_changes([]) == ()
    table = {"schedule": "warmup+cosine", "batch_size": 128, "gradient-transform": "clip_norm"}
    assert read_changes(spelled(table)) == SETTLED
    assert Study(with_=table).changes == SETTLED  # type: ignore[arg-type]


def test_equal_changes_settle_alike(bundled: Registry) -> None:
    usual = bundled.component("optimizer", "adam").defaults
    texts = [
        "adam",
        f"adam[learning_rate={usual['learning_rate']}]",
        f"adam[beta_1={usual['beta_1']}]",
        "adam[beta_1=0.9,0.9]",
    ]
    assert {settle(read_changes([f"optimizer={text}"]), bundled) for text in texts} == {(("optimizer", "adam"),)}
    (one,) = settle(read_changes(["optimizer=adam[beta_2=0.99,beta_1=0.50]"]), bundled)
    assert one == ("optimizer", "adam[beta_1=0.5;beta_2=0.99]")
    assert settle((one,), bundled) == (one,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot read '' in --with: write kind=selection, batch_size=N or epochs=N, separated by commas, such as "),
        ("cosine", "cannot read 'cosine' in --with: "),
        ("schedule=", "cannot read 'schedule=' in --with: "),
        ("schedule=cosine,linear", "cannot read 'linear' in --with: "),
        ("Width=3", "cannot read 'Width=3' in --with: "),
        ("batch_size=8,batch-size=9", "--with changes batch_size twice: 8 and 9. Leave one of them out."),
        ("batch_size=0", "batch_size in --with must be a whole number from 1 to 2,147,483,647. Received: '0'."),
        ("epochs=1.5", "epochs in --with must be a whole number from 1 to 2,147,483,647. Received: '1.5'."),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, message: str) -> None:
    assert refused(read_changes, [text]).startswith(message)
    assert refused(Study, with_=(text,)).startswith(message.replace("--with", "with", 1))


@pytest.mark.parametrize("value", [3, True, {"batch_size": 1.5}, {"schedule": ["cosine"]}, {"epochs": True}])
def test_a_study_file_holds_a_table_of_texts_and_whole_numbers(value: Any) -> None:
    assert refused(Study, with_=value).startswith(
        "with must be changes such as schedule = 'cosine' and batch_size = 128"
    )


# What a study then runs


def planned(known: Registry, *changes: str, **more: Any) -> Plan:
    return plan(Study(**{"task": ("digits_mlp",), "seeds": 1, "with_": changes, **more}), known)


def test_every_entrant_has_it_the_baseline_included(bundled: Registry) -> None:
    chosen = {"optimizer": ("adamw,sgd",)}
    found = planned(bundled, SAID, components=chosen, baselines=True).trials.values()
    usual = planned(bundled, components=chosen, baselines=True).trials.values()
    task = bundled.task("digits_mlp")
    base = baseline(task, bundled)
    assert [trial.recipe.one("optimizer").name for trial in found] == [base.one("optimizer").name, "adamw", "sgd"]
    for trial, ordinary in zip(found, usual, strict=True):
        assert [one.name for one in trial.recipe["schedule"]] == ["warmup", "cosine"]
        assert trial.recipe.one("gradient_transform").name == "clip_norm"
        assert (trial.batch_size, trial.epochs, trial.changes) == (128, task.epochs, SETTLED)
        same = {kind: trial.recipe[kind] for kind in base.kinds if kind not in dict(SETTLED)}
        assert same == {kind: ordinary.recipe[kind] for kind in same}
        assert (ordinary.changes, ordinary.batch_size) == ((), task.batch_size)
        assert "changes" not in ordinary.spec


def test_a_changed_trial_shares_its_program_and_not_its_id(bundled: Registry) -> None:
    """Recipe and numbers may be those of an ordinary trial: it is compared with others all the same."""
    (ordinary,) = planned(bundled, components={"schedule": ("cosine",)}).trials.values()
    (changed,) = planned(bundled, "schedule=cosine").trials.values()
    assert changed.recipe == ordinary.recipe
    assert changed.id != ordinary.id
    assert changed.cell == ordinary.cell
    assert Trial.from_spec(json.loads(json.dumps(changed.spec))) == changed


def test_pairs_and_whole_kinds_stand_in_the_changed_baseline(bundled: Registry) -> None:
    crossed = planned(
        bundled, "schedule=cosine", cross=("optimizer", "activation"),
        components={"optimizer": ("sgd,adam",), "activation": ("relu,tanh",)},
    ).trials.values()  # fmt: skip
    assert len(crossed) == 4
    everything = planned(bundled, "schedule=cosine,epochs=2", all=True)
    for trial in (*crossed, *everything.trials.values()):
        assert trial.recipe.one("schedule").name == "cosine"
    assert {trial.epochs for trial in everything.trials.values()} == {2}
    assert "schedule is not compared: --with sets it in every trial" in everything.problems
    assert everything.changes == (("schedule", "cosine"), ("epochs", "2"))


def test_tasks_that_do_not_allow_it_are_left_out_and_named(bundled: Registry) -> None:
    found = planned(bundled, "batch_size=64", task=(), tier="full", baselines=True)
    alone = [name for name in bundled.names("task") if bundled.task(name).knobs == ("epochs",)]
    assert "rosenbrock" in alone
    assert not set(alone) & set(found.tasks)
    (said,) = [problem for problem in found.problems if "batch_size" in problem]
    assert (
        said == f"{len(alone)} tasks ({', '.join(alone)}) are left out: batch_size cannot be changed there, only epochs"
    )
    assert {trial.batch_size for trial in found.trials.values()} == {64}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"with_": ("schedule=cosin",)}, "unknown schedule 'cosin'. Did you mean 'cosine'?"),
        ({"with_": ("schedul=cosine",)}, "unknown kind or knob in --with: 'schedul'. Did you mean 'schedule'? Known: "),
        ({"with_": ("seeds=3",)}, "unknown kind or knob in --with: 'seeds'. "),
        (
            {"with_": ("width=100",)},
            "--with width=100 is impossible on task 'digits_mlp': width must be one of 16, 32, 64, 128, 256.",
        ),
        (
            {"with_": ("depth=1",), "task": ("digits_cnn",)},
            "--with depth=1 is impossible on task 'digits_cnn': it has no knob depth.",
        ),
        (
            {"with_": ("schedule=*",)},
            "--with gives every trial the same schedule. Received: '*', which means ",
        ),
        (
            {"with_": ("loss=cross_entropy[label_smoothing=0.1]",)},
            "unknown hyperparameter of loss 'cross_entropy': 'label_smoothing'. Known: none. "
            "There is regularization 'label_smoothing'.",
        ),
        (
            {"with_": ("optimizer=adam",), "components": {"optimizer": ("sgd",)}},
            "--with optimizer=adam sets the optimizer of every trial, and --optimizer asks for others at the same time. ",
        ),
        ({"with_": ("optimizer=adam",), "kind": ("optimizer",)}, "--with optimizer=adam sets the optimizer of every "),
        ({"with_": ("loss=mae",), "cross": ("loss", "schedule")}, "--with loss=mae sets the loss of every trial, and --cross "),
        ({"with_": ("epochs=3",), "epochs": 4}, "--with epochs=3 sets the epochs of every trial, and --epochs asks for "),
        (
            {"with_": ("batch_size=2",), "task": ("digits_mlp", "rosenbrock")},
            "--with batch_size=2 is impossible on task 'rosenbrock': batch_size cannot be changed there, only epochs.",
        ),
        (
            {"with_": ("loss=mae",), "task": ("rosenbrock",)},
            "--with loss=mae is impossible on task 'rosenbrock': there is a loss of its own, which cannot be replaced.",
        ),
        ({"with_": ("batch_size=2",), "task": ()}, "nothing to run. Use --all, "),
    ],
)  # fmt: skip
def test_what_is_impossible_is_refused_before_anything_starts(
    more: dict[str, Any], message: str, bundled: Registry
) -> None:
    assert refused(planned, bundled, **more).startswith(message)


def test_a_task_says_which_numbers_may_change() -> None:
    fields: dict[str, Any] = {
        "name": "mine", "data": lambda: None, "split": bs.HoldOut(1, 1, 1), "model": lambda blocks, inputs: inputs,
        "loss": "mse", "primary": "loss", "batch_size": 1, "epochs": 1,
    }  # fmt: skip
    assert bs.Task(**fields).knobs == ("batch_size", "epochs")
    assert bs.Task(**fields, knobs=[]).knobs == ()
    assert "unknown knob of task 'mine': 'seeds'" in refused(bs.Task, **fields, knobs=("seeds",))
    assert "knobs of task 'mine' must be a list of batch_size and epochs" in refused(bs.Task, **fields, knobs="epochs")


def test_a_task_may_declare_knobs_of_its_own() -> None:
    fields: dict[str, Any] = {
        "name": "mine", "data": lambda: None, "split": bs.HoldOut(1, 1, 1), "model": lambda blocks, inputs: inputs,
        "loss": "mse", "primary": "loss", "batch_size": 1, "epochs": 1,
    }  # fmt: skip
    width = bs.Integer(2, 64, default=8)
    task = bs.Task(**fields, architecture={"width": width, "depth": bs.Choice([1, 2])})
    assert list(task.architecture) == ["depth", "width"]
    assert task.unusual({"width": 8.0, "depth": 2}) == (("depth", 2),)
    assert task.unusual({"width": 16.0}) == (("width", 16),)
    assert "unknown knob of task 'mine': 'wide'. Did you mean 'width'?" in refused(task.unusual, {"wide": 8})
    assert "width of task 'mine' must be a whole number from 2 to 64. Received: 65." in refused(
        task.unusual, {"width": 65}
    )
    for name in ("batch_size", "optimizer"):
        said = f"a knob of task 'mine' is named {name!r}, as one that every task has. Choose another name."
        assert refused(bs.Task, **fields, architecture={name: width}) == said
    assert "the name of a knob must be lower-case" in refused(bs.Task, **fields, architecture={"Width": width})
    assert (
        "the space of knob 'width' in task 'mine' must be Uniform, LogUniform, Integer or Choice. Received: 8."
        in refused(bs.Task, **fields, architecture={"width": 8})
    )
    assert "architecture of task 'mine' must be a dictionary" in refused(bs.Task, **fields, architecture=[8])


def test_a_changed_knob_is_in_the_trial_and_its_program(bundled: Registry) -> None:
    chosen = {"optimizer": ("adamw,sgd",)}
    usual = planned(bundled, components=chosen).trials.values()
    found = planned(bundled, "width=128,depth=1.0", components=chosen).trials.values()
    for trial, ordinary in zip(found, usual, strict=True):
        assert trial.recipe == ordinary.recipe
        assert trial.knobs == (("depth", 1), ("width", 128))
        assert trial.spec["knobs"] == {"depth": 1, "width": 128}
        assert trial.change == "depth=1.0, width=128"
        assert trial.cell != ordinary.cell
        assert "knobs" not in ordinary.spec
        assert Trial.from_spec(json.loads(json.dumps(trial.spec))) == trial
    (same,) = planned(bundled, "width=64").trials.values()
    assert same.knobs == ()  # it is what the task has; the study says so all the same
    facts = task_facts(bundled.task("digits_mlp"), bundled, (("width", "128"),))
    assert facts.baseline == baseline(bundled.task("digits_mlp"), bundled)


def test_tasks_without_a_knob_are_left_out_and_named(bundled: Registry) -> None:
    known = with_quick(bundled, "digits_mlp", "noisy_quadratic", "saddle")
    found = planned(known, "depth=1", task=(), tier="quick", baselines=True)
    assert set(found.tasks) == {"digits_mlp"}
    (said,) = [problem for problem in found.problems if "left out" in problem]
    assert said == "2 tasks (noisy_quadratic, saddle) are left out: it has no knob depth"


# Which results stand beside which


CHANGED = {"schedule": [component("cosine")]}


def study(change: dict[str, str] | None, optimizers: Iterable[str] = ("adam", "sgd"), **more: Any) -> list[Record]:
    """Records of optimizers in the ordinary baseline, or in one with another schedule."""

    def changed(data: dict[str, Any]) -> None:
        data["spec"]["changes"] = dict(change or {})
        data["spec"]["recipe"]["schedule"] = data["task"]["baseline"]["schedule"] = CHANGED["schedule"]
        data["spec"]["batch_size"] = int((change or {}).get("batch_size", 32))

    found = []
    for number, name in enumerate(optimizers):
        held = BASELINE["optimizer"] if name == "adam" else [component(name, learning_rate=0.1)]
        record = make_record(changes={"optimizer": held}, value=0.9 + 0.01 * number, **more)
        found.append(remade(record, changed) if change else record)
    return found


BOTH = [
    *study(None),
    *study({"schedule": "cosine"}, ("adam", "sgd", "lion")),
    *study({"schedule": "cosine", "batch_size": "128"}),
]


def test_a_record_keeps_what_was_changed() -> None:
    record = BOTH[-1]
    assert record.trial.change == "schedule=cosine, batch_size=128"
    read = record_from_json(record_to_json(record))
    assert (read.trial, read.id) == (record.trial, record.id)
    assert read.trial.id == record.id


def test_every_changed_baseline_has_leaderboards_of_its_own() -> None:
    boards = [board for board in leaderboards(BOTH) if board.kind == "optimizer"]
    assert [(board.change, [row.name for row in board.rows]) for board in boards] == [
        ("", ["sgd", "adam"]),
        ("schedule=cosine", ["lion", "sgd", "adam"]),
        ("schedule=cosine, batch_size=128", ["sgd", "adam"]),
    ]
    for board in boards:
        assert [row.name for row in board.rows for entry in row.entries if entry and entry.is_baseline] == ["adam"]
    # The ordinary one is what it is without the others, to the last digit.
    ordinary = [board for board in leaderboards(BOTH) if not board.change]
    assert ordinary == leaderboards(study(None))


def test_labels_name_the_change_and_no_ordinary_label_changes() -> None:
    columns = list(Sample(BOTH).by_column)
    assert [column_labels(columns)[column] for column in columns] == [
        "digits_mlp",
        "digits_mlp · with schedule=cosine",
        "digits_mlp · with schedule=cosine, batch_size=128",
    ]
    short = {head.short for board in leaderboards(BOTH) for head in board.columns}
    assert short == {"digits_mlp"}


def test_the_page_speaks_of_a_change_once_and_only_where_nothing_stands_beside_its_baseline() -> None:
    alone = study({"schedule": "cosine", "batch_size": "128"}, ("adam",))
    page = site([*study({"schedule": "cosine"}), *alone], [start_page.pages])["index.html"]
    assert re.findall("Nothing but[^<]*", page) == [
        "Nothing but itself ran of the baseline with schedule=cosine, batch_size=128: it has no leaderboard."
    ]


def test_terminal_and_csv_name_the_changed_baseline() -> None:
    titles = [str(table.title) for table in leaderboard_tables(BOTH)]
    assert titles[:4] == [
        "optimizer ranking, test accuracy",
        "optimizer leaderboard",
        "optimizer ranking, baseline with schedule=cosine, test accuracy",
        "optimizer leaderboard, baseline with schedule=cosine",
    ]
    lines = leaderboard_csv(leaderboards(BOTH)).splitlines()
    place = lines[0].split(",").index("change")
    assert "schedule=cosine" in lines[-1]
    assert lines[1].split(",")[place] == ""


def test_pairs_of_a_changed_baseline_are_a_grid_of_their_own() -> None:
    crossed = []
    for record in study({"schedule": "cosine"}):

        def pair(data: dict[str, Any]) -> None:
            data["spec"]["recipe"]["activation"] = [component("tanh")]

        crossed.append(remade(record, pair))
    (grid,) = grids([*BOTH, *crossed])
    assert grid.head.label == "digits_mlp · with schedule=cosine"


def test_a_notebook_asks_for_either() -> None:
    archive = Archive(BOTH)
    assert archive.kinds[0] == "optimizer"
    assert archive.changes == ["schedule=cosine", "schedule=cosine, batch_size=128"]
    assert set(archive.leaderboard("optimizer")["name"]) == {"adam", "sgd"}
    assert set(archive.leaderboard("optimizer", "schedule=cosine")["name"]) == {"adam", "sgd", "lion"}
    assert sorted(archive.trials["change"].unique()) == ["", *archive.changes]
    assert "Did you mean 'schedule=cosine'" in refused(archive.leaderboard, "optimizer", "schedule=cosin")


def test_records_repeat_the_changed_baseline(bundled: Registry) -> None:
    task = bundled.task("digits_mlp")
    changes = settle(read_changes([SAID]), bundled)
    assert task_facts(task, bundled, changes).baseline == changed_baseline(task, bundled, changes)
    assert task_facts(task, bundled).baseline == baseline(task, bundled)


def test_each_has_a_page() -> None:
    made = site(BOTH, [leaderboards_page.pages])
    titles = {re.sub("<[^>]*>", "", found) for page in made.values() for found in re.findall("<h1>(.*?)</h1>", page)}
    assert {"Optimizer", "Optimizer, baseline with schedule=cosine"} <= titles
    assert "digits_mlp · with schedule=cosine" in {head.label for board in leaderboards(BOTH) for head in board.columns}


def test_a_batch_larger_than_the_training_part_is_unsupported(bundled: Registry) -> None:
    from benchsuite.engine.session import Session

    session = Session(bundled, bundled.task)
    (trial,) = planned(bundled, "batch_size=2000,epochs=1").trials.values()
    ending = session.run(trial).ending
    assert ending.outcome == "unsupported"
    assert ending.reason == "a batch of 2000 is larger than the training part of task 'digits_mlp': 1078 examples"
