"""Make instances.md: whether the verdict on sgd against adam agrees on variants of each quick task.

    python docs/reference/make_instances.py [--results FOLDER] [--certificates] [TASK …]

Both are tuned on each instance by searches of equal budget; what has a record already is not run again, so that the command
goes on where it was stopped. ``--certificates`` writes the block ``instances`` into the certificates of the tasks as well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchsuite.analysis.beyond_instance import BeyondInstance
from benchsuite.analysis.instances_block import instances_block
from benchsuite.analysis.verdict import Verdict
from benchsuite.certificates import INSTANCES, committed, write
from benchsuite.cli.progress import Progress
from benchsuite.cli.run import prepare
from benchsuite.cli.searches import OfSearches, keep
from benchsuite.cli.tuned_contest import tuned_verdict
from benchsuite.cli.workers import by_workers
from benchsuite.execution.signals import heard
from benchsuite.instances import variant_of
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.report.tables.beyond_table import short_name
from benchsuite.report.tables.verdict_table import p_text, signed_text, two_digits
from benchsuite.searches import Search
from benchsuite.store import Store
from benchsuite.studies.comparing import Comparing
from benchsuite.study import Execution, Invocation, Study
from benchsuite.tuning.protocol import protocol_of
from benchsuite.tuning.tracks import track_plan

HERE = Path(__file__).parent
A, B = "sgd", "adam"
VARIANTS = 5
BUDGET, SEEDS = "small", "10"
COMMAND = "python docs/reference/make_instances.py"
HEAD = f"""# Verdicts beyond the published instance

Made by `{COMMAND}`, with the names of these tasks behind it where they are not all of the quick tier; a change here is lost.

Is {A} better than {B} on a task, or on its one instance that everybody has tuned on? Both were tuned on the published instance
and on variants 1 to {VARIANTS} of each task of the quick tier, each instance by searches of its own: PROTOCOL.

The word of an instance is that of `benchsuite compare {A} {B} --track tuned --task TASK --variants {VARIANTS}`, p corrected for the
{VARIANTS} variants. *Beyond* is its answer by
[the rule for all of them](../explanation/honesty.md#beyond-the-published-instance), each instance one draw.

"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="instead of those of the quick tier")
    parser.add_argument("--results", type=Path, default=Path("results/instances"))
    parser.add_argument("--output", type=Path, default=HERE / "instances.md")
    parser.add_argument("--certificates", action="store_true")
    parser.add_argument("--seeds", default=SEEDS)
    parser.add_argument("--budget", default=BUDGET)
    parser.add_argument("--workers", type=int)
    asked = parser.parse_args(arguments)
    known = load_registry(PluginSearch(local=False))
    tasks = asked.tasks or quick(known)
    instances = {task: tuple(variant_of(task, number) for number in range(1, VARIANTS + 1)) for task in tasks}
    study = Study(
        components={"optimizer": (f"{A},{B}",)}, task=tuple(name for task in tasks for name in (task, *instances[task])),
        track="tuned", budget=asked.budget, seeds=asked.seeds,
    )  # fmt: skip
    execution = Execution(results=asked.results, workers=asked.workers)
    words = carried_out(study, execution, known)
    verdicts = {
        task: tuned_verdict(
            Comparing(a=A, b=B, kind="optimizer", task=(task, *names), track="tuned", results=asked.results), known, {task: names}
        )
        for task, names in instances.items()
    }  # fmt: skip
    asked.output.write_text(page(verdicts, words, without(known, tasks)), encoding="utf-8")
    if asked.certificates:
        protocol = {"budget": asked.budget, "seeds": asked.seeds, "words": words}
        for task, verdict in verdicts.items():
            if (certificate := committed(task, known)) is not None:
                block = instances_block([verdict], known.task(task).version, COMMAND, protocol)
                write(task, known, {**certificate, INSTANCES: block})


def quick(known: Registry) -> list[str]:
    """Return the tasks of the quick tier that have variants: those that compare other kinds train with an optimizer as well."""
    tasks = [known.task(name) for name in known.names("task")]
    return [task.name for task in tasks if task.tier == "quick" and task.variation is not None]


def without(known: Registry, tasks: Sequence[str]) -> list[str]:
    """Return the quick tasks that are not among these."""
    return [name for name in known.names("task") if known.task(name).tier == "quick" and name not in tasks]


def carried_out(study: Study, execution: Execution, known: Registry) -> str:
    """Run what the searches of a study lack, and return their protocol in words."""
    console = Console(stderr=True)
    planned, options = prepare(study, execution, Invocation(no_local=True), known)
    tracked = track_plan(planned, protocol_of(study, known), known)
    store = Store(execution.results.resolve())
    ended: list[Search] = []
    progress = Progress(console, known, options.workers)
    with heard(), progress:
        source = tracked.source(keep(store, ended))
        by_workers(source, known, options, store, OfSearches(progress, tracked.most_trials), execution.timeout)
    if len(ended) < len(tracked.entrants):
        sys.exit(f"{len(tracked.entrants) - len(ended)} searches did not end. The same command goes on from here.")
    return tracked.protocol.words


def page(verdicts: dict[str, Verdict], protocol: str, left: Sequence[str]) -> str:
    """Return the page.

    Args:
        verdicts: Task → the verdict on it, with what its variants say.
        protocol: How both were tuned.
        left: Quick tasks that are not among them.
    """
    numbers = [f"~{number}" for number in range(1, VARIANTS + 1)]
    heads = ["task", "published", *numbers, f"{A} − {B} here", "over the variants", "agree", "beyond"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for task, verdict in sorted(verdicts.items()):
        (held,) = verdict.beyond
        words = {short_name(one.task, task): one.word for one in held.instances}
        form = two_digits(held.here, held.difference, held.low, held.high)
        interval = (
            f"{signed_text(held.difference, form)} ({signed_text(held.low, form)} to {signed_text(held.high, form)})"
        )
        cells = [
            f"`{task}`", held.published.word, *(words.get(number, "–") for number in numbers), signed_text(held.here, form),
            interval if held.counted else "–", f"{held.agree} of {held.counted}", f"**{held.word}** ({reason(held)})",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    text = HEAD.replace("PROTOCOL", protocol.removeprefix("tuned: ")) + "\n".join(lines) + "\n\n" + summary(verdicts)
    if left:
        text += f"\nTasks of the quick tier that this was not asked of: {', '.join(f'`{name}`' for name in left)}.\n"
    return text


def reason(held: BeyondInstance) -> str:
    """Return why, in a few words."""
    if held.reason == "no verdict":
        return "no verdict to hold"
    if held.reason == "contradicted":
        against = [
            short_name(one.task, held.task)
            for one in held.instances
            if one.word not in (held.published.word, "cannot tell")
        ]
        return f"contradicted by {', '.join(against)}"
    return f"{held.same_direction} of {held.counted} in that direction, p {p_text(held.p)}"


def summary(verdicts: dict[str, Verdict]) -> str:
    """Return on how many tasks all variants agree, and which do not on the others."""
    beyond = [verdict.beyond[0] for verdict in verdicts.values()]
    all_agree = sum(held.agree == held.counted for held in beyond)
    text = f"On {all_agree} of {len(beyond)} tasks every variant has the word of the published instance.\n"
    for held in sorted(beyond, key=lambda one: one.task):
        other = [
            f"{short_name(one.task, held.task)} {one.word}" for one in held.instances if one.word != held.published.word
        ]
        if other:
            text += f"\n- `{held.task}` ({held.published.word}): {', '.join(other)}."
    return text + ("\n" if text.count("\n- ") else "")


if __name__ == "__main__":
    main()
