"""What a study expands to, and what is refused before anything starts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import benchsuite as bs
from benchsuite.components import RECIPE_KINDS
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.selection import baseline
from benchsuite.studies.plan import Plan, plan, tasks_of
from benchsuite.study import Study
from benchsuite.trial import Trial
from tests.tiers import quick

SEEDS = "seeds must be a number of seeds from 1 to 1,000,000, or seeds and ranges such as 0-9, 3,5 or 0-4,10."


def refused(call: Any, *arguments: Any, **keywords: Any) -> str:
    with pytest.raises(bs.BenchsuiteError) as caught:
        call(*arguments, **keywords)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def what(planned: Plan, kind: str = "optimizer") -> set[str]:
    return {trial.recipe.one(kind).name for trial in planned.trials.values()}


# What a plan expands to


def test_a_task_alone_means_its_baseline_once_a_seed(bundled: Registry) -> None:
    planned = plan(Study(task=("digits_mlp",), seeds=4), bundled)
    task = bundled.task("digits_mlp")
    assert [trial.seed for trial in planned.trials.values()] == [0, 1, 2, 3]
    for trial_id, trial in planned.trials.items():
        assert trial_id == trial.id
        assert trial.recipe == baseline(task, bundled)
        assert (trial.task, trial.task_version) == ("digits_mlp", task.version)
        assert (trial.epochs, trial.batch_size) == (task.epochs, task.batch_size)
        assert (trial.precision, trial.device, trial.streams) == ("float32", "cpu", ())


def test_each_component_runs_alone_in_the_baseline(bundled: Registry) -> None:
    base = baseline(bundled.task("digits_mlp"), bundled)
    study = Study(
        task=("digits_mlp",), seeds=1, components={"optimizer": ("sgd,adagrad",), "activation": ("tanh",)}, epochs=2
    )
    recipes = [trial.recipe for trial in plan(study, bundled).trials.values()]
    assert recipes == [
        base.replaced("optimizer", (Setting.of(bundled.component("optimizer", "sgd")),)),
        base.replaced("optimizer", (Setting.of(bundled.component("optimizer", "adagrad")),)),
        base.replaced("activation", (Setting.of(bundled.component("activation", "tanh")),)),
    ]


def test_what_is_asked_for_twice_is_planned_once(bundled: Registry) -> None:
    twice = Study(task=("digits_mlp", "digits_m*"), components={"optimizer": ("sgd", "sg*", "sgd")}, seeds=2)
    assert len(plan(twice, bundled).trials) == 2


def test_a_default_written_out_is_the_same_trial(bundled: Registry) -> None:
    default = bundled.component("optimizer", "sgd").space["learning_rate"].default
    studies = [
        Study(task=("digits_mlp",), components={"optimizer": (text,)}, seeds=1)
        for text in ("sgd", f"sgd[learning_rate={default}]")
    ]
    assert list(plan(studies[0], bundled).trials) == list(plan(studies[1], bundled).trials)


def test_1_and_1_point_0_are_one_trial(bundled: Registry) -> None:
    studies = [
        Study(task=("digits_mlp",), components={"optimizer": (f"sgd[learning_rate={text}]",)}, seeds=1)
        for text in ("1", "1.0", "1e0")
    ]
    assert len({trial_id for study in studies for trial_id in plan(study, bundled).trials}) == 1


def test_without_tasks_the_tasks_of_the_tier_that_compare_the_kind_count(bundled: Registry) -> None:
    planned = plan(Study(components={"preprocessing": ("none",)}, seeds=1), bundled)
    expected = {name for name in quick(bundled) if "preprocessing" in bundled.task(name).compares}
    assert set(planned.tasks) == expected
    assert expected < set(bundled.names("task"))


def test_a_task_asked_for_by_name_runs_what_it_does_not_compare(bundled: Registry) -> None:
    assert "activation" not in bundled.task("noisy_quadratic").compares
    planned = plan(
        Study(task=("noisy_quadratic",), components={"activation": ("tanh",)}, seeds=1),
        bundled,
    )
    assert what(planned, "activation") == {"tanh"}


def test_kind_runs_every_component_and_the_baseline(bundled: Registry) -> None:
    planned = plan(Study(kind=("optimizer",), task=("digits_mlp",), seeds=1), bundled)
    assert what(planned) == set(bundled.names("optimizer"))
    base = baseline(bundled.task("digits_mlp"), bundled)
    assert any(trial.recipe == base for trial in planned.trials.values())
    for kind in set(RECIPE_KINDS) - {"optimizer"}:
        assert what(planned, kind) == {base.one(kind).name}


def test_all_pairs_every_kind_with_the_tasks_that_compare_it(bundled: Registry) -> None:
    planned = plan(Study(all=True, seeds=1), bundled)
    for name in bundled.names("task"):
        task = bundled.task(name)
        recipes = [trial.recipe for trial in planned.trials.values() if trial.task == name]
        if task.tier != "quick":
            assert not recipes
            continue
        base = baseline(task, bundled)
        for kind in RECIPE_KINDS:
            if kind not in base:
                continue
            found = {recipe[kind] for recipe in recipes}
            if kind in task.compares:
                able = {known for known in bundled.names(kind) if not bundled.component(kind, known).required}
                assert {settings[0].name for settings in found} == able
            else:
                assert found == {base[kind]}
        assert len(recipes) == len(set(recipes))


def test_a_plan_counts_itself(bundled: Registry) -> None:
    study = Study(task=("digits_mlp", "noisy_quadratic"), components={"optimizer": ("sgd,adagrad",)}, seeds=3)
    planned = plan(study, bundled)
    assert len(planned.trials) == 12
    assert planned.tasks == {"digits_mlp": 6, "noisy_quadratic": 6}
    assert planned.programs == planned.most_programs == 4
    assert planned.compared == {"optimizer": ["sgd", "adagrad"]}
    assert planned.problems == []


def test_a_plan_says_what_is_compared_in_words(bundled: Registry) -> None:
    study = Study(
        task=("digits_mlp",),
        components={"optimizer": ("momentum[momentum=0.9,0.5]",), "regularization": ("l2[strength=0.01]+dropout",)},
    )
    assert plan(study, bundled).compared == {
        "optimizer": ["momentum", "momentum[momentum=0.5]"],
        "regularization": ["l2[strength=0.01] + dropout"],
    }


def test_the_plan_is_in_a_fixed_order(bundled: Registry) -> None:
    study = Study(all=True, seeds=2)
    assert list(plan(study, bundled).trials) == list(plan(study, load_registry(PluginSearch(local=False))).trials)


def test_epochs_precision_and_device_reach_every_trial(bundled: Registry) -> None:
    study = Study(kind=("optimizer",), seeds=1, epochs=7, precision="bfloat16", device="gpu")
    trials = plan(study, bundled).trials.values()
    assert {(trial.epochs, trial.precision, trial.device) for trial in trials} == {(7, "bfloat16", "gpu")}


def test_every_planned_trial_survives_its_own_spec(bundled: Registry) -> None:
    for trial_id, trial in plan(Study(all=True, seeds=1), bundled).trials.items():
        assert Trial.from_spec(trial.spec).id == trial_id


def test_a_task_that_cannot_run_costs_itself_only(tmp_path: Path) -> None:
    registry = with_broken_baseline(tmp_path)
    planned = plan(Study(kind=("optimizer",), seeds=1), registry)
    assert planned.problems == [
        "task 'lost' cannot run: unknown initializer 'he_norml'. Did you mean 'he_normal'? "
        f"Known: {', '.join(registry.names('initializer'))}."
    ]
    others = [name for name in quick(registry) if name != "lost" and "optimizer" in registry.task(name).compares]
    assert sorted(planned.tasks) == others


def test_a_task_that_cannot_run_is_refused_when_asked_for(tmp_path: Path) -> None:
    message = refused(plan, Study(task=("lost",)), with_broken_baseline(tmp_path))
    assert message.startswith("unknown initializer 'he_norml'. Did you mean 'he_normal'?")


def with_broken_baseline(folder: Path) -> Registry:
    (folder / "tasks").mkdir()
    (folder / "tasks/lost.py").write_text(
        """
import benchsuite as bs

@bs.hookimpl
def register_tasks():
    return [bs.Task(name="lost", tier="quick", data=lambda: None, split=bs.HoldOut(0.6, 0.2, 0.2), model=lambda b, i: i,
                    loss="cross_entropy", primary="loss", batch_size=8, epochs=1,
                    baseline={"optimizer": "adam", "initializer": "he_norml"}, compares=["optimizer"])]
""",
        encoding="utf-8",
    )
    return load_registry(PluginSearch(folder=str(folder)))


# What is refused


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"seeds": 0}, f"{SEEDS} Received: '0'."),
        ({"seeds": -3}, f"{SEEDS} Received: '-3'."),
        ({"seeds": 1.5}, f"{SEEDS} Received: 1.5."),
        ({"seeds": True}, f"{SEEDS} Received: True."),
        ({"seeds": None}, f"{SEEDS} Received: None."),
        ({"epochs": 0}, "epochs must be a whole number from 1 to 1,000,000,000. Received: 0."),
        ({"seeds": 10**30}, f"{SEEDS} Received: '1000000"),
        ({"epochs": 10**20}, "epochs must be a whole number from 1 to 1,000,000,000. Received: 1000000"),
        ({"epochs": -1}, "epochs must be a whole number from 1 to 1,000,000,000. Received: -1."),
        ({"tier": "quik"}, "unknown tier 'quik'. Did you mean 'quick'? Known: full, large, quick, standard."),
        ({"precision": "flaot32"}, "unknown precision 'flaot32'. Did you mean 'float32'? Known: bfloat16, float32."),
        ({"kind": ("optimiser",)}, "unknown kind 'optimiser'. Did you mean 'optimizer'? Known: activation, "),
        ({"components": {"losses": ("x",)}}, "unknown kind 'losses'. Did you mean 'loss'? Known: activation, "),
    ],
)
def test_a_study_that_makes_no_sense_is_refused(fields: dict[str, Any], message: str) -> None:
    assert refused(Study, **fields).startswith(message)


def test_a_study_that_no_machine_can_hold_is_refused_before_it_is_expanded(
    bundled: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = Study(
        task=("digits_mlp",), seeds=1_000_000, components={"optimizer": ("sgd[learning_rate=0.1,0.2]", "adam")}
    )

    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("expanded")

    with monkeypatch.context() as patched:
        patched.setattr("benchsuite.studies.plan.Trial", refuse)
        patched.setattr("benchsuite.studies.plan.MOST_TRIALS", 2_999_999)
        assert refused(plan, most, bundled) == (
            "a study may have up to 2,999,999 trials. Received: 3,000,000. Take fewer seeds, folds, values or tasks."
        )
    with monkeypatch.context() as patched:
        patched.setattr("benchsuite.studies.plan.MOST_TRIALS", 6)
        assert len(plan(replace(most, seeds=2), bundled).trials) == 6


def test_nothing_selected_is_refused_with_what_to_write(bundled: Registry) -> None:
    assert refused(plan, Study(), bundled) == (
        "nothing to run. Use --all, or name what to compare, such as --optimizer sgd,adam or --task digits_mlp. "
        "`benchsuite list` shows what there is."
    )


@pytest.mark.parametrize(
    ("study", "message"),
    [
        (Study(task=("digits_mpl",)), "unknown task 'digits_mpl'. Did you mean 'digits_mlp'? Known: "),
        (Study(task=("zz*",)), "unknown task pattern 'zz*'. Known: "),
        (Study(task=("digits_mlp,",)), "unknown task ''. Known: "),
        (Study(components={"optimizer": ("adm",)}), "unknown optimizer 'adm'. Did you mean 'adam'? Known: "),
        (
            Study(task=("noisy_quadratic",), components={"loss": ("mse",)}),
            "every selected task has a loss of its own, which --loss cannot replace.",
        ),
        (
            Study(task=("noisy_quadratic",), kind=("activation",)),
            "no selected task compares activation. Name tasks with --task; `benchsuite list` shows them.",
        ),
    ],
)
def test_what_does_not_exist_or_fit_is_refused(study: Study, message: str, bundled: Registry) -> None:
    assert refused(plan, study, bundled).startswith(message)


def test_a_tier_without_tasks_is_told() -> None:
    class Empty:
        def names(self, kind: str) -> list[str]:
            return []

    with pytest.raises(
        bs.BenchsuiteError, match=r"no task has tier 'large'\. `benchsuite list task` shows the tiers\."
    ):
        tasks_of((), "large", Empty())  # type: ignore[arg-type]


def test_baselines_are_those_of_every_task_of_the_tier(bundled: Registry) -> None:
    tier = [name for name in bundled.names("task") if bundled.task(name).tier in ("quick", "full")]
    planned = plan(Study(baselines=True, tier="full", seeds=2), bundled)
    assert Counter(trial.task for trial in planned.trials.values()) == Counter(dict.fromkeys(tier, 2))
    for trial in planned.trials.values():
        assert trial.recipe == baseline(bundled.task(trial.task), bundled)
    # Beside what else is asked for.
    both = plan(Study(baselines=True, task=("digits_mlp",), components={"optimizer": ("sgd",)}, seeds=1), bundled)
    assert len(both.trials) == 2


def test_a_pattern_leaves_out_what_needs_a_choice(bundled: Registry) -> None:
    found = plan(Study(task=("digits_mlp",), components={"initializer": ("*",)}, seeds=1), bundled)
    names = {trial.recipe.one("initializer").name for trial in found.trials.values()}
    assert "he_normal" in names
    assert "transfer" not in names


@pytest.mark.parametrize(
    ("components", "fewest", "most"),
    [
        ({"optimizer": ("adam[beta_1=0.8,0.9,learning_rate=0.1,0.2]",)}, 1, 2),
        ({"optimizer": ("adam[learning_rate=0.1,0.2,0.3]",)}, 1, 1),
        ({"regularization": ("dropout[rate=0.1,0.2]+l2",)}, 1, 2),
        ({"schedule": ("step[factor=0.2,0.5]",)}, 1, 1),
        ({"preprocessing": ("standardize,none",)}, 1, 2),
    ],
)
def test_how_many_programs_there_are_is_known_only_in_bounds(
    components: dict[str, tuple[str, ...]], fewest: int, most: int, bundled: Registry
) -> None:
    found = plan(Study(task=("digits_mlp",), components=components, seeds=2), bundled)
    assert (found.programs, found.most_programs) == (fewest, most)


def test_each_trial_runs_once_for_each_fold(bundled: Registry) -> None:
    found = plan(Study(task=("digits_mlp",), seeds=2, folds="5"), bundled)
    assert sorted((trial.seed, trial.fold) for trial in found.trials.values()) == [
        (seed, (number, 5)) for seed in range(2) for number in range(5)
    ]
    assert (found.programs, found.most_programs) == (1, 5)
    with pytest.raises(bs.BenchsuiteError, match="folds must be a whole number from 2, or n for leave-one-out"):
        Study(folds="1")
