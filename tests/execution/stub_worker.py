"""A worker without TensorFlow that does what a test wrote down: the run's side of workers is tried in seconds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchsuite.execution.messages import Answer, Begun, Importing, NotImported, Ready
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment

BOOT = (
    "import sys; sys.path[:] = sys.argv[2].splitlines(); "
    "from tests.execution.stub_worker import serve; serve(int(sys.argv[1]))"
)


def serve(descriptor: int) -> None:
    """Do, at each start and in each attempt at a trial, the next thing on the list; what the list lacks goes well."""
    connection = Connection(descriptor)
    options, number = connection.recv()
    folder = Path(options.weights)
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    act(_next(folder, "start", plan.get("start", [])), connection)
    for plugin in options.lineage:
        connection.send(Importing(plugin))
        action = _next(folder, f"import-{plugin}", plan.get("imports", {}).get(plugin, []))
        if action.startswith("raise "):
            connection.send(NotImported(plugin, action.removeprefix("raise "), "Traceback (most recent call last):"))
            return
        if action.startswith("problem "):
            connection.send(Ready(action.removeprefix("problem ")))
            return
        act(action, connection)
    connection.send(Ready(plan.get("problem", ""), tuple(plan.get("changed_by_import", ()) if options.lineage else ())))
    while True:
        try:
            specs = connection.recv()
        except EOFError:
            return
        # Trials that train side by side meet the same: what is planned for "0+1" is for these two together.
        seed = "+".join(str(spec["seed"]) for spec in specs)
        actions = plan.get("trials", {}).get(seed, [])
        action = _next(folder, f"trial-{seed}", actions)
        if action in ("before", "starved"):
            os.kill(os.getpid(), signal.SIGSEGV if action == "before" else signal.SIGKILL)
        connection.send(Begun())
        time.sleep(plan.get("seconds", 0.0))
        act(action, connection)
        meet_hunger(action, folder)
        outcome = Outcome(action) if action in ("crashed", "out_of_memory", "diverged") else Outcome.COMPLETED
        changed = (action.removeprefix("change "),) if action.startswith("change ") else ()
        litter = (action.removeprefix("litter "),) if action.startswith("litter ") else ()
        size = int(action.removeprefix("size ")) if action.startswith("size ") else 0
        problem = "cannot write weights: No space left on device." if action == "full" else ""
        probes = {"pid": os.getpid(), "lineage": options.lineage}
        for _ in specs:
            answer = Answer(ending(number, outcome), size, probes, problem=problem, changed=changed, litter=litter)
            connection.send(answer)
        if action == "afterwards":
            os.kill(os.getpid(), signal.SIGSEGV)


def act(action: str, connection: Connection) -> None:
    """End this process in one way or another, or do not."""
    if action == "hang":
        time.sleep(600)
    elif action.startswith("print "):
        print(action.removeprefix("print "), flush=True)
        os.kill(os.getpid(), signal.SIGABRT)
    elif action.startswith("SIG"):
        os.kill(os.getpid(), signal.Signals[action])
        time.sleep(600)
    elif action.startswith("exit "):
        os._exit(int(action.removeprefix("exit ")))
    elif action == "close":  # gone for whoever waits, and still there
        connection.close()
        time.sleep(600)


def meet_hunger(action: str, folder: Path) -> None:
    """Use up the memory, or be killed since somebody else has."""
    eater = folder / "eater"
    if action == "eat":
        eater.write_text(str(os.getpid()), encoding="ascii")
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "child":
        child = subprocess.Popen(["/bin/sh", "-c", "exec sleep 600"], start_new_session=True)
        (folder / "child").write_text(str(child.pid), encoding="ascii")
    elif action == "hold":  # and keep it, when the trial has ended
        eater.write_text(str(os.getpid()), encoding="ascii")
    elif action == "need":
        for _ in range(200):  # the first time it waits until the eater is there
            if eater.exists() and (pid := eater.read_text(encoding="ascii")):
                break
            time.sleep(0.05)
        if Path("/proc", pid).exists():
            os.kill(os.getpid(), signal.SIGKILL)


def _next(folder: Path, what: str, actions: list[str]) -> str:
    """Return the action of this time; counted in a file, since each start is another process."""
    with (folder / what).open("ab") as count:
        count.write(b".")
        done = count.tell()
    return actions[done - 1] if done <= len(actions) else ""


def ending(number: int, outcome: Outcome = Outcome.COMPLETED) -> Ending:
    """Return the end of a trial."""
    return Ending(
        outcome=outcome,
        costs=Costs(wall_seconds=0.0),
        environment=Environment(device="cpu", worker=number, versions={"python": sys.version.split()[0]}),
    )


def times(folder: Path, what: str) -> int:
    """Return how often something was done."""
    path = folder / what
    return path.stat().st_size if path.exists() else 0


def write_plan(folder: Path, **plan: Any) -> None:
    """Write down what workers are to do."""
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
