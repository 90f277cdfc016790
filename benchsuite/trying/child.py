"""What happens inside a process that tries plugins: each is imported and asked, and that it is done is told.

Nothing that a plugin does in here may speak for another one: after each the process is put back to what it was.
"""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import importlib
import json
import os
import sys
import threading
import time
from typing import Any

from benchsuite.control_groups import usable_memory
from benchsuite.discovery import (
    Candidate,
    PluginSearch,
    check_module,
    components_of,
    find,
    guarded,
    hook_manager,
)
from benchsuite.discovery.functions import Functions, OwnCode
from benchsuite.fingerprints import functions_of
from benchsuite.processes import die_with, limit_memory
from benchsuite.text import LONGEST_TRACEBACK, reason_of, shortened, traceback_of
from benchsuite.trying.libraries import LIBRARIES, imported_before_it_failed, imported_by, listed
from benchsuite.trying.read_meanwhile import read_meanwhile

OF_VERBS = (
    *("rich.console", "rich.table", "rich.markup", "rich.padding", "rich.progress"),
    *("typer", "subprocess", "tempfile", "numpy.random", "numpy.linalg"),
)
"""Loaded before any plugin, since verbs use them: it is seen whether a plugin replaces what is in them."""
CLOSED = 113
"""Exit code of a process whose way to tell has been closed."""
FORKED = "forked"


class Telling:
    """Tells through a pipe what happens; a plugin may have replaced, or closed, everything but what is bound here.

    Args:
        descriptor: Of the pipe.
    """

    def __init__(self, descriptor: int) -> None:
        pipe = os.fstat(descriptor).st_ino
        encode, write, about, leave = json.JSONEncoder().encode, os.write, os.fstat, os._exit

        def tell(what: str, key: str, **more: Any) -> None:
            line = encode({"what": what, "key": key, **more}).encode() + b"\n"
            try:
                if about(descriptor).st_ino != pipe:
                    leave(CLOSED)
                while line:
                    line = line[write(descriptor, line) :]
            except OSError:
                leave(CLOSED)

        self.tell = tell


def try_all(descriptor: int) -> None:
    """Try the plugins that standard input names, in order, then end as every process of Python does.

    Args:
        descriptor: Of the pipe to tell through.
    """
    wanted = json.load(sys.stdin)
    _die_with(wanted["parent"])
    faulthandler.enable()
    limit_memory(usable_memory() // 2)  # what an import takes is taken again where it is needed
    for name in OF_VERBS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    tell = Telling(descriptor).tell
    places = PluginSearch(tuple(wanted["plugins"]), wanted["folder"], wanted["local"])
    candidates = {candidate.key: candidate for candidate in find(places)[0]}
    tell("ready", "")
    for key in wanted["keys"]:
        if key in candidates:  # it may have gone meanwhile
            _try(candidates[key], tell)


def _try(candidate: Candidate, tell: Any) -> None:
    process, getpid, leave = os.getpid(), os.getpid, os._exit
    functions = Functions()
    outcome: dict[str, Any] = {}
    left_before, loaded = _left(), {name for name in LIBRARIES if name in sys.modules}
    tell("begun", candidate.key)
    package = candidate.module.partition(".")[0]
    try:
        with guarded() as interruption, read_meanwhile(package) as read:
            try:
                module = candidate.load()
                check_module(module)
                components = components_of(module, hook_manager())
                for component in components:
                    list(functions_of(component))
                library = imported_by(module, loaded)
                if library:
                    outcome.update(imports=library, listed=listed(components))
            # All of them are the plugin's own: nobody can press Ctrl-C in here.
            except BaseException as error:
                if isinstance(error, MemoryError):  # where memory has no limit, it would be taken
                    outcome["reason"] = reason_of(error)
                    outcome["printed"] = shortened(traceback_of(error), LONGEST_TRACEBACK)
                else:  # asked here for its words, which may end the process too
                    words = reason_of(error), shortened(traceback_of(error), LONGEST_TRACEBACK)
                    library = imported_before_it_failed(candidate.source, loaded)
                    if library:
                        outcome["imports"] = library
                        if not _is_beside(candidate, error):  # then more is said where it is imported
                            outcome["failed"], outcome["printed"] = words
            if interruption.came:  # by the plugin: where it is imported, that would pass for the user's
                outcome["reason"] = "importing it interrupts the process (SIGINT)"
            if getpid() != process:
                tell(FORKED, candidate.key)
                leave(0)
    except KeyboardInterrupt:  # raised by the guard
        pass
    if read.too_much:
        outcome |= {"listed": [], "failed": ""}
    elif outcome.get("imports"):
        outcome |= {"files": read.files, "variables": read.variables}
    own = OwnCode(candidate.module, candidate.root)
    replaced = [*functions.modules_given_to(own)]
    replaced += [title.rpartition(".")[0] for title in functions.restore(own)]
    tell("done", candidate.key, replaced=_modules(replaced), leaves=_left() != left_before, **outcome)


def _is_beside(candidate: Candidate, error: BaseException) -> bool:
    """Say whether a plugin cannot find a module that lies beside it."""
    if not isinstance(error, ModuleNotFoundError) or candidate.root is None or not isinstance(error.name, str):
        return False
    return (candidate.root / f"{error.name}.py").is_file()


def _left() -> tuple[int, int]:
    """Return how many things the end of this process waits for."""
    threads = [thread for thread in threading.enumerate() if not thread.daemon]
    return len(threads), atexit._ncallbacks()  # there for the tests of Python itself


def _modules(titles: list[str]) -> list[str]:
    """Return the modules that some names belong to, classes left out."""
    found = []
    for title in titles:
        while title and title not in sys.modules:
            title = title.rpartition(".")[0]
        found.append(title)
    return sorted({title for title in found if title})[:50]


def _die_with(parent: int) -> None:
    """End with the process that waits for this one, also while an import holds on for ever."""
    die_with(parent)

    def watch() -> None:  # wherever the kernel does not do it
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
