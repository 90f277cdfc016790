"""A Ray cluster of three nodes on this machine: the same bits as local workers, a node killed and one added meanwhile.

By hand: ``python -m tests.cluster.on_ray``, or with ``baselines``, ``tuned``, ``own``, ``driver``, ``killed`` behind it for these alone;
5 to 20 minutes on two cores; needs ``pip install benchsuite[ray]``. Prints a table, and ends with 1 if anything is not as
promised. See tests/cluster/README.md.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchsuite.execution.containment import MARK
from benchsuite.record import Record
from benchsuite.repetition import difference
from benchsuite.store import Store
from tests.cluster.ray_nodes import add_node, cluster_of

NODES = ("alder", "birch", "cedar")
ADDED = "dogwood"
RUN_SECONDS = 1800.0
COMMAND = (sys.executable, "-m", "benchsuite", "run")

BASELINES = ("--baselines", "--tier", "quick", "--seeds", "1")
TUNED = ("--track", "tuned", "--budget", "6", "--optimizer", "adam,sgd", "--task", "digits_mlp", "--seeds", "2")
OPTIMIZERS = "adam,sgd,rmsprop,adagrad,adadelta,adamax,nadam,lion"
KEPT = (
    *("--task", "digits_mlp,noisy_quadratic", "--optimizer", OPTIMIZERS, "--seeds", "4"),
    *("--store-weights", "--store-predictions", "--probe", "0,last"),
)
OWN = (
    *("--task", "digits_mlp", "--optimizer", "of_folder,of_place,of_file,of_data", "--seeds", "2"),
    *("--plugin", "../beside/given.py", "--plugin", "../be side/of_data.py"),
)
VARIABLE = {"OF_ON_RAY": "0.5"}
"""Of the command alone: nodes are begun without it."""

OPTIMIZER = '''"""An optimizer of a user's, whose numbers depend on a file beside it."""
import benchsuite as bs


def make(learning_rate):
    import keras

    {imports}
    return keras.optimizers.SGD(learning_rate, momentum=MOMENTUM)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(
        name="{name}", make=make, space={{"learning_rate": bs.LogUniform(1e-4, 1.0, default={rate})}},
        summary="SGD with a momentum from a file.", reference="none",
    )]
'''
OF_FOLDER = """from pathlib import Path

    MOMENTUM = float(Path(__file__).with_name("momentum.txt").read_text())"""
OF_FILE = """import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parent))
    from its_momentum import MOMENTUM"""

OF_PLACE = """import os
    from pathlib import Path

    MOMENTUM = float(Path("plugins/momentum.txt").read_text()) - float(os.environ["OF_ON_RAY"]) * float(Path("m.cfg").read_text())"""
OF_DATA = """from pathlib import Path

    MOMENTUM = float((Path(__file__).parent / "data" / "m.txt").read_text())"""


@dataclass
class Line:
    """One line of the table."""

    what: str
    trials: int
    seconds: float
    problems: list[str]


def main() -> int:
    """Do all of it, and return the exit code."""
    try:
        began = time.monotonic()
        cluster, nodes = cluster_of(*NODES)
    except ImportError:
        print("Ray is not installed: pip install 'benchsuite[ray]'. Skipped.")
        return 0
    print(f"{len(NODES)} nodes after {time.monotonic() - began:.0f} s", flush=True)
    work = Path(tempfile.mkdtemp(prefix="benchsuite-on-ray-"))
    lines: list[Line] = []
    chosen = {*sys.argv[1:]}
    try:
        where = f"ray:{cluster.address}"
        write_plugins(work)
        studies = {
            "baselines": lambda: same("quick tier, baselines", BASELINES, where, work),
            "tuned": lambda: same("tuned study", TUNED, where, work),
            "own": lambda: same("the user's own plugins", OWN, where, work / "own"),
            "driver": lambda: begun_there(TUNED, where, work),
            "killed": lambda: killed(KEPT, cluster, nodes[NODES[1]], where, work),
        }
        for name, study in studies.items():
            if not chosen or name in chosen:
                lines.append(study())
                tell(lines[-1])
        lines.append(Line("nothing left", 0, 0.0, left()))
        tell(lines[-1])
    finally:
        cluster.shutdown()
        shutil.rmtree(work, ignore_errors=True)
    return any(line.problems for line in lines)


def tell(line: Line) -> None:
    """Print a line of the table."""
    said = "; ".join(line.problems) or "as promised"
    print(f"{line.what:32} {line.trials:4} trials {line.seconds:6.0f} s  {said}", flush=True)


def write_plugins(work: Path) -> None:
    """Write optimizers into ./plugins, with data beside them, and others elsewhere, with a module and data beside them."""
    for folder in (work / "own" / "plugins", work / "beside", work / "be side" / "data"):
        folder.mkdir(parents=True)
    folder = work / "own" / "plugins"
    text = OPTIMIZER.format(name="of_folder", imports=OF_FOLDER, rate=0.05)
    (folder / "of_folder.py").write_text(text, encoding="utf-8")
    (folder / "momentum.txt").write_text("0.8\n", encoding="utf-8")
    text = OPTIMIZER.format(name="of_place", imports=OF_PLACE, rate=0.05)
    (folder / "of_place.py").write_text(text, encoding="utf-8")
    (work / "own" / "m.cfg").write_text("0.4\n", encoding="utf-8")
    text = OPTIMIZER.format(name="of_data", imports=OF_DATA, rate=0.05)
    (work / "be side" / "of_data.py").write_text(text, encoding="utf-8")
    (work / "be side" / "data" / "m.txt").write_text("0.9\n", encoding="utf-8")
    text = OPTIMIZER.format(name="of_file", imports=OF_FILE, rate=0.05)
    (work / "beside" / "given.py").write_text(text, encoding="utf-8")
    (work / "beside" / "its_momentum.py").write_text("MOMENTUM = 0.7\n", encoding="utf-8")


def same(what: str, options: Sequence[str], where: str, work: Path) -> Line:
    """Run a study here and on the cluster, and compare all that came of it.

    Args:
        what: What the line is called.
        options: Of ``benchsuite run``.
        where: The cluster, as ``--executor`` has it.
        work: The working folder.
    """
    name = what.replace(" ", "-").replace(",", "").replace("'", "")
    here, there = work / f"{name}-here", work / f"{name}-there"
    _finish(_begin(options, here, work), "here")
    began = time.monotonic()
    _finish(_begin((*options, "--executor", where), there, work), "on the cluster")
    return Line(what, len(Store(there, create=False).ids()), time.monotonic() - began, differing(here, there))


def killed(options: Sequence[str], cluster: Any, victim: Any, where: str, work: Path) -> Line:
    """Kill a node in the middle of a study, add another one, and compare what came of it with a local run.

    Args:
        options: Of ``benchsuite run``.
        cluster: To add a node to.
        victim: The node.
        where: The cluster, as ``--executor`` has it.
        work: The working folder.
    """
    here, there = work / "killed-here", work / "killed-there"
    _finish(_begin(options, here, work), "here")
    expected = len(Store(here, create=False).ids())
    began = time.monotonic()
    run = _begin((*options, "--executor", where), there, work)
    _wait_for(run, there, expected // 6)
    at = _records(there)
    _kill(victim)
    add_node(cluster, ADDED)
    printed = _finish(run, "with a node killed")
    problems = differing(here, there)
    if not 0 < at < expected:
        problems.append(f"the node was killed when {at} of {expected} trials had ended: that is not in the middle")
    if f"{ADDED} was added" not in printed or not re.search(rf"By node: .*\b{ADDED} [1-9]", printed):
        problems.append(f"{ADDED} ran nothing")
    if not re.search(rf"{NODES[1]} (has gone|went): \d+ trials? to run again", printed):
        problems.append(f"nobody said that {NODES[1]} has gone")
    print(printed)
    return Line(f"a node killed at {at}, one added", expected, time.monotonic() - began, problems)


def begun_there(options: Sequence[str], where: str, work: Path) -> Line:
    """Kill the command itself in the middle of a study on the cluster, look at what is left there, and end the study here."""
    here, there = work / "begun-here", work / "begun-there"
    _finish(_begin(options, here, work), "here")
    expected = len(Store(here, create=False).ids())
    began = time.monotonic()
    run = _begin((*options, "--executor", where), there, work)
    _wait_for(run, there, expected // 4)
    run.kill()
    run.wait()
    at, problems = _records(there), left()
    _finish(_begin(options, there, work), "that went on here")
    return Line(
        f"the command killed at {at}, ended here", expected, time.monotonic() - began, problems + differing(here, there)
    )


def differing(here: Path, there: Path) -> list[str]:
    """Return in what two results folders differ: no record may be lost, doubled or another, nor what is kept beside it."""
    ours, theirs = (Store(folder, create=False).read_all() for folder in (here, there))
    problems = [f"{len(ours.keys() - theirs.keys())} lost"] if ours.keys() - theirs.keys() else []
    problems += [f"{len(theirs.keys() - ours.keys())} too many"] if theirs.keys() - ours.keys() else []
    for id in sorted(ours.keys() & theirs.keys()):
        problems += [f"{id}: {why}" for why in _other(ours[id], theirs[id])]
    for folder in ("weights", "predictions", "probes"):
        first, second = ({str(path.relative_to(at)) for path in at.glob(f"{folder}/*/*")} for at in (here, there))
        problems += [f"{name} is only on one side" for name in sorted(first ^ second)]
        problems += [f"{name} differs" for name in sorted(first & second) if not _alike(here / name, there / name)]
    problems += [f"{folder}/ is there" for folder in ("stale", "damaged") if (there / folder).exists()]
    problems += [f"{path.name} was left" for path in there.rglob(".*.part")]
    if not any((there / "logs").glob("worker-*.log")):
        problems.append("no worker's log came back")
    return problems


def left() -> list[str]:
    """Return what workers have left on this machine: processes, once Ray had the time to end its own, and actors' folders."""
    until = time.monotonic() + 30.0
    while (found := _workers()) and time.monotonic() < until:
        time.sleep(0.5)
    from benchsuite.execution.ray.seat import FOLDER, sweep

    sweep(Path(tempfile.gettempdir()))  # as the next actor does: the killed one's is still there
    folders = [path.name for path in Path(tempfile.gettempdir()).glob(f"{FOLDER}*")]
    return [f"process {process.pid} is there" for process in found] + [f"{name} is there" for name in folders]


def _other(ours: Record, theirs: Record) -> Iterator[str]:
    if why := difference(ours, theirs):
        yield why
    if ours.fingerprints != theirs.fingerprints:
        yield "other fingerprints"


def _alike(first: Path, second: Path) -> bool:
    if first.suffix != ".npz":
        return first.read_bytes() == second.read_bytes()
    with np.load(first) as one, np.load(second) as other:
        return one.files == other.files and all(one[name].tobytes() == other[name].tobytes() for name in one.files)


def _begin(options: Sequence[str], results: Path, work: Path) -> subprocess.Popen[str]:
    work.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [*COMMAND, *options, "--results", str(results)],
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **VARIABLE, "COLUMNS": "80"},
    )


def _finish(run: subprocess.Popen[str], what: str) -> str:
    printed, _ = run.communicate(timeout=RUN_SECONDS)
    if run.returncode:
        raise SystemExit(f"the run {what} ended with {run.returncode}:\n{printed}")
    return printed


def _records(results: Path) -> int:
    return sum(1 for _ in results.glob("trials/*/*.json"))


def _wait_for(run: subprocess.Popen[str], results: Path, count: int) -> None:
    while _records(results) < count:
        if run.poll() is not None:
            raise SystemExit(f"the run ended before {count} trials had:\n{run.communicate()[0]}")
        time.sleep(0.1)


def _kill(node: Any) -> None:
    """Kill all processes of a node at once, as a power cut does: the one that Ray knows, and all below it but guards of workers.

    Guards are left out since a power cut takes the workers too, and here they are who must do that.
    """
    roots = [psutil.Process(one.process.pid) for kind in node.all_processes.values() for one in kind]
    below = [child for root in roots for child in root.children(recursive=True) if not _mark_of(child)]
    for process in [*roots, *below]:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _workers() -> list[psutil.Process]:
    """Return the processes of workers that this Python has started, not those of somebody else's runs."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if _mark_of(process) and sys.executable in (process.info["cmdline"] or ())
    ]


def _mark_of(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(MARK, ""))
    except (psutil.Error, OSError):
        return ""


if __name__ == "__main__":
    sys.exit(main())
