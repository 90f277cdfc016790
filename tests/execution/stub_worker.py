"""A worker without TensorFlow that does what a test wrote down: the run's side of workers is tried in seconds."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchsuite.execution.messages import Answer, Begun, Ready
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
    connection.send(Ready(plan.get("problem", "")))
    while True:
        try:
            spec = connection.recv()
        except EOFError:
            return
        seed = spec["seed"]
        actions = plan.get("trials", {}).get(str(seed), [])
        action = _next(folder, f"trial-{seed}", actions)
        if action == "before":
            os.kill(os.getpid(), signal.SIGSEGV)
        connection.send(Begun())
        time.sleep(plan.get("seconds", 0.0))
        act(action, connection)
        problem = "cannot write weights: No space left on device." if action == "full" else ""
        connection.send(Answer(ending(number), 0, {"pid": os.getpid()}, problem=problem))
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


def _next(folder: Path, what: str, actions: list[str]) -> str:
    """Return the action of this time; counted in a file, since each start is another process."""
    with (folder / what).open("ab") as count:
        count.write(b".")
        done = count.tell()
    return actions[done - 1] if done <= len(actions) else ""


def ending(number: int) -> Ending:
    """Return the end of a trial that went well."""
    return Ending(
        outcome=Outcome.COMPLETED,
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
