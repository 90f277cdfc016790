"""What a study expands to: its trials, before anything starts."""

from __future__ import annotations

import fnmatch
import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchsuite.changes import Changes, NotAllowed, change_text, changed_baseline, knob, own_knobs, settle
from benchsuite.components import RECIPE_KINDS, TIERS, Task
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.instances import base_of, no_variants, read_name
from benchsuite.recipe import Recipe, Setting
from benchsuite.registry import Registry
from benchsuite.selection import expand
from benchsuite.study import Study
from benchsuite.trial import Trial

MOST_TRIALS = 10_000_000
"""Of one study: more fill a machine's memory before the first one runs."""


@dataclass(frozen=True)
class PlannedRow:
    """A row of a leaderboard on one task: what is compared, in the recipe in which it is compared.

    Args:
        task: Name of the task.
        kind: The kind that is compared.
        settings: Of that kind.
        recipe: The task's baseline with them.
        declared: Whether they are the task's own: then nobody chose the values among them that are no defaults.
    """

    task: str
    kind: str
    settings: tuple[Setting, ...]
    recipe: Recipe
    declared: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its components."""
        return tuple(setting.name for setting in self.settings)


@dataclass(frozen=True)
class Plan:
    """The trials of a study, each once, in a fixed order.

    Args:
        trials: Id → trial.
        problems: Tasks or components that cannot take part, with the reason; only where they were not asked for by
            name.
        compared: Kind → the settings that are compared, in words: only what differs from declared defaults is written out.
        changes: What the study changes in every task's baseline.
        rows: What is compared, on which task; pairs of crossed kinds are no rows. Each row's trials have its recipe.
    """

    trials: Mapping[str, Trial]
    problems: Sequence[str]
    compared: Mapping[str, Sequence[str]]
    changes: Changes = ()
    rows: Sequence[PlannedRow] = ()

    @property
    def tasks(self) -> Counter[str]:
        """Task → number of trials."""
        return Counter(trial.task for trial in self.trials.values())

    @property
    def programs(self) -> int:
        """Number of programs to compile, at least: one each for trials that differ in more than what a program may be fed."""
        return len({trial.cell for trial in self.trials.values()})

    @property
    def most_programs(self) -> int:
        """The same if no hyperparameter could be fed, and each fold and preprocessing gave data of another shape.

        Where it is larger, nobody can know how many there will be before they are made.
        """
        return len(
            {
                (
                    trial.cell,
                    tuple(trial.numbers.items()),
                    trial.fold,
                    tuple(setting.text for setting in trial.recipe.get("preprocessing")),
                )
                for trial in self.trials.values()
            }
        )


def plan(study: Study, registry: Registry) -> Plan:
    """Expand a study into trials.

    Raises:
        BenchsuiteError: If nothing is selected, or too much, or something selected by name does not exist or cannot be used.
    """
    if not (study.all or study.baselines or study.kind or study.components or study.task or study.cross):
        raise BenchsuiteError(
            "nothing to run. Use --all, or name what to compare, such as --optimizer sgd,adam or --task digits_mlp. "
            "`benchsuite list` shows what there is."
        )
    changes = _changes(study, registry)
    tasks = tasks_of(study.task, study.tier, registry, study.variant_numbers)
    chosen = {kind: expand(kind, selections, registry) for kind, selections in study.components.items()}
    for kind, options in chosen.items():
        for name in {setting.name for settings in options for setting in settings}:
            registry.refuse_conflict(kind, name)
    if "loss" in chosen and all(not isinstance(task.loss, str) for task in tasks):
        raise BenchsuiteError("every selected task has a loss of its own, which --loss cannot replace.")
    whole = tuple(kind for kind in RECIPE_KINDS if kind not in dict(changes)) if study.all else study.kind
    left_out = [
        f"{kind.replace('_', ' ')} is not compared: --with sets it in every trial"
        for kind, _ in changes
        if study.all and kind in RECIPE_KINDS
    ]
    for kind in dict.fromkeys((*whole, *(kind for kind in study.cross if kind not in chosen))):
        for name in registry.names(kind):
            component = registry.component(kind, name)
            if component.required:
                left_out.append(f"{component.title} is left out: it needs {', '.join(component.required)}")
    crossed = {kind: chosen.pop(kind, []) or _every(kind, registry) for kind in RECIPE_KINDS if kind in study.cross}
    wanted: list[tuple[Task, list[Recipe], list[tuple[int, int] | None]]] = []
    rows: list[PlannedRow] = []
    own: list[PlannedRow] = []
    broken: list[str] = []
    unchangeable: defaultdict[str, list[str]] = defaultdict(list)
    for task in tasks:
        try:
            base = changed_baseline(task, registry, changes)
        except NotAllowed as error:
            if study.task:
                raise BenchsuiteError(
                    f"--with {change_text(changes)} is impossible on {task.title}: {error}."
                ) from None
            unchangeable[str(error)].append(task.name)
            continue
        except BenchsuiteError as error:
            if study.task:
                raise
            broken.append(f"{task.title} cannot run: {error}")
            continue
        try:
            folds = _folds(task, study.folds)
        except BenchsuiteError as error:
            if study.task:
                raise
            broken.append(str(error))
            continue
        recipes = []
        # A task alone means its baseline; and whole kinds are compared with it. Everything else runs with its declared defaults.
        alone = study.task and not (whole or chosen or crossed)
        if study.baselines or alone or any(kind in task.compares and kind in base for kind in whole):
            recipes.append(base)
            basic = [kind for kind in whole if kind in task.compares and kind in base] or ["optimizer"]
            own += [PlannedRow(task.name, kind, base[kind], base, declared=True) for kind in basic]
        if crossed and all(kind in base and (study.task or kind in task.compares) for kind in crossed):
            recipes += _pairs(base, crossed)
        compared_here: list[PlannedRow] = []
        for kind in RECIPE_KINDS:
            if kind not in base:
                continue
            found: list[tuple[Setting, ...]] = []
            if kind in whole and kind in task.compares:
                found += _every(kind, registry)
            if kind in chosen and (study.task or kind in task.compares):
                found += chosen[kind]
            compared_here += [PlannedRow(task.name, kind, one, base.replaced(kind, one)) for one in found]
        recipes += [row.recipe for row in compared_here]
        rows += compared_here
        wanted.append((task, list({recipe.text: recipe for recipe in recipes}.values()), folds))
    seeds = study.seed_numbers
    if study.variant and (fixed := sorted(_names(study, registry) - {base_of(task.name) for task in tasks})):
        unchangeable["they declare no variation, so there are no variants"] += fixed
    for reason, names in unchangeable.items():
        tasks_are = f"task {names[0]!r} is" if len(names) == 1 else f"{len(names)} tasks ({', '.join(names)}) are"
        left_out.append(f"{tasks_are} left out: {reason}")
    count = sum(len(recipes) * len(seeds) * len(folds) for _, recipes, folds in wanted)
    if count > MOST_TRIALS:
        raise BenchsuiteError(
            f"a study may have up to {MOST_TRIALS:,} trials. Received: {count:,}. Take fewer seeds, folds, values or tasks."
        )
    trials: dict[str, Trial] = {}
    for task, recipes, folds in wanted:
        for recipe, seed, fold in itertools.product(recipes, seeds, folds):
            trial = Trial(
                task.name,
                task.version,
                recipe,
                seed,
                knob(changes, "epochs", study.epochs or task.epochs),
                knob(changes, "batch_size", task.batch_size),
                study.precision,
                study.device_kind,
                fold=fold,
                lanes=study.lanes or task.lanes_on(study.device_kind),
                changes=changes,
                knobs=own_knobs(task, changes),
            )
            trials[trial.id] = trial
    if not trials and not broken and not wanted and left_out:
        raise BenchsuiteError(f"no selected task can take part. {left_out[0][0].upper()}{left_out[0][1:]}.")
    if not trials and not broken:
        kinds = ", ".join(kind.replace("_", " ") for kind in (*whole, *chosen, *crossed))
        raise BenchsuiteError(
            f"no selected task compares {kinds or 'anything'}. Name tasks with --task; `benchsuite list` shows them."
        )
    compared = {
        kind: [_words(settings, registry) for settings in options] for kind, options in {**chosen, **crossed}.items()
    }
    for kind in whole:
        compared.setdefault(kind, [settings[0].name for settings in _every(kind, registry)])
    there = {(row.task, row.kind, row.names) for row in rows}
    rows += [row for row in own if (row.task, row.kind, row.names) not in there]
    return Plan(trials, broken + left_out, compared, changes, _once(rows))


def _names(study: Study, registry: Registry) -> set[str]:
    """Return the names of the tasks that a study selects, whichever instances of them it runs."""
    return {base_of(task.name) for task in tasks_of(study.task, study.tier, registry)}


def _changes(study: Study, registry: Registry) -> Changes:
    """Return what a study changes in every baseline, settled.

    Raises:
        BenchsuiteError: If something does not exist, or is selected at the same time.
    """
    declared = {knob for name in registry.names("task") for knob in registry.task(name).architecture}
    changes = settle(study.changes, registry, declared)
    for name, text in changes:
        flag = f"--{name.replace('_', '-')}"
        compared = "--kind" if name in study.kind else "--cross" if name in study.cross else ""
        if name in study.components or (name == "epochs" and study.epochs is not None):
            compared = flag
        if compared:
            raise BenchsuiteError(
                f"--with {name}={text} sets the {name.replace('_', ' ')} of every trial, and {compared} asks for others at the "
                f"same time. Take one of the two: --with to change the baseline, {flag} to "
                f"{'replace the budget in the usual leaderboard' if name == 'epochs' else 'compare'}."
            )
        if name in RECIPE_KINDS:
            for setting in expand(name, [text], registry)[0]:
                registry.refuse_conflict(name, setting.name)
    return changes


def _folds(task: Task, folds: str) -> list[tuple[int, int] | None]:
    """Return the folds of a task's trials: number and count of each; only ``None`` for its own split.

    Raises:
        BenchsuiteError: If the task cannot be folded so.
    """
    if not folds:
        return [None]
    from benchsuite.data import read
    from benchsuite.data.splits import fold_count

    arrays = read(task).arrays
    try:
        count = fold_count(task.split, arrays.y, arrays.groups, folds)
    except BenchsuiteError as error:
        raise BenchsuiteError(f"{task.title} cannot be folded: {error}.") from None
    return [(number, count) for number in range(count)]


def _every(kind: str, registry: Registry) -> list[tuple[Setting, ...]]:
    """Return every component of a kind with its defaults; those that need a choice of the user are left out."""
    found = [registry.component(kind, name) for name in registry.names(kind)]
    return [(Setting.of(component),) for component in found if not component.required]


def _once(rows: Sequence[PlannedRow]) -> list[PlannedRow]:
    """Return rows, each once: of those that are one, the first."""
    found: dict[tuple[str, str, str], PlannedRow] = {}
    for row in rows:
        found.setdefault((row.task, row.kind, row.recipe.text), row)
    return list(found.values())


def _pairs(base: Recipe, crossed: Mapping[str, list[tuple[Setting, ...]]]) -> list[Recipe]:
    """Return the baseline with both kinds exchanged, for every pair of their settings."""
    (one, rows), (other, columns) = crossed.items()
    return [base.replaced(one, row).replaced(other, column) for row in rows for column in columns]


def _words(settings: tuple[Setting, ...], registry: Registry) -> str:
    return " + ".join(setting.describe(registry.component(setting.kind, setting.name)) for setting in settings)


def tasks_of(selections: Sequence[str], tier: str, registry: Registry, variants: Sequence[int] = ()) -> list[Task]:
    """Return the tasks that selections name; all of a tier where there are none (``full`` holds ``quick``).

    Args:
        selections: Names, those of instances among them, and globs, which mean published instances alone.
        tier: Of those where none are named.
        registry: Of the plugins that were found.
        variants: Instead of each task, these variants of it. Of a tier or a glob, tasks without variants are left out.

    Raises:
        BenchsuiteError: For unknown names and tiers, a tier without tasks, and a task that has no variants.
    """
    if tier not in TIERS:
        raise unknown("tier", str(tier), TIERS)
    names = registry.names("task")
    named: dict[str, bool] = {}
    if not selections:
        tiers = ("quick", "full") if tier == "full" else (tier,)
        named = {name: False for name in names if registry.task(name).tier in tiers}
        if not named:
            raise BenchsuiteError(f"no task has tier {tier!r}. `benchsuite list task` shows the tiers.")
    for selection in selections:
        for name in (part.strip() for part in selection.split(",")):
            if any(character in name for character in "*?"):
                matching = fnmatch.filter(names, name)
                if not matching:
                    raise unknown("task pattern", name, names)
            else:
                matching = [name]
            for match in matching:
                registry.refuse_conflict("task", base_of(match))
                named[match] = named.get(match, False) or match == name
    return _varied(named, variants, registry) if variants else [registry.task(name) for name in named]


def _varied(named: Mapping[str, bool], variants: Sequence[int], registry: Registry) -> list[Task]:
    """Return variants of tasks; ``named`` says of each name whether it was asked for by itself."""
    found = []
    for name, asked in named.items():
        instance = read_name(name)
        if instance.variant:
            raise BenchsuiteError(
                f"{name!r} is a variant itself. Name it without --variant, or {instance.base!r} with it."
            )
        if registry.task(name).variation is None:
            if asked:
                raise no_variants(name, registry.with_variants)
            continue
        found += [registry.task(replace(instance, variant=variant).name) for variant in variants]
    if not found:
        raise no_variants(", ".join(named), registry.with_variants)
    return found
