"""What importing a plugin may change of the process, put back afterwards.

Whoever lists plugins must not be changed by them: many libraries set environment variables, signal handlers or filters
when they are imported, and some plugins do worse by accident. That is no reason to refuse them, and nobody needs to be
told: it is put back. What a plugin's ``make`` needs it sets there, in the worker that trains with it.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from benchsuite.discovery.streams import Undo, descriptors, streams
from benchsuite.processes import die_with

LOCAL = "benchsuite_local_"
"""How the names of modules begin that were made of the user's files; they may be made anew at any time."""
TIMERS = ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF")
OF_TIMERS = ("SIGALRM", "SIGVTALRM", "SIGPROF")
_ADDED: set[str] = set()
"""What plugins have added to the search path of this process."""


def _before_fork() -> None:
    global _forker
    _forker = os.getpid()


def _after_fork() -> None:
    if _inside:
        die_with(_forker)


_inside = False
"""Whether a plugin is being imported; in a copy that this forked it stays so."""
_forker = 0
os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


def search_path() -> list[str]:
    """Return the search path as it is without plugins: for processes in which others are imported."""
    return [place for place in sys.path if place not in _ADDED]


def leave_out(places: Iterable[str]) -> None:
    """Leave places out of :func:`search_path`, as if a plugin had added them: those of whoever started this process."""
    _ADDED.update(places)


class Interruption:
    """Whether the user pressed Ctrl-C while a plugin was imported; a KeyboardInterrupt of its own is only its failure."""

    def __init__(self) -> None:
        self.came = False


@contextlib.contextmanager
def guarded() -> Iterator[Interruption]:
    """Put back what happens in here to the process, however it ends.

    A copy of the process that was forked in here and comes out ends at once: it would do everything a second time. One
    that stays in here ends with this process, and so do copies of it (Linux).

    Raises:
        KeyboardInterrupt: If the user pressed Ctrl-C in here, also where that was caught.
    """
    global _inside
    process, interruption = os.getpid(), Interruption()
    undo = [
        keep()
        for keep in (_timers, descriptors, streams, _folder, _environment, _search, _interpreter, _ending, _logging)
    ]
    with warnings.catch_warnings():
        # The handlers last: until then Ctrl-C is noted.
        undo.append(_signals(interruption))
        _inside = True
        try:
            yield interruption
        finally:
            if os.getpid() != process:
                os._exit(0)
            _inside = False
            for step in undo:
                with contextlib.suppress(Exception):  # what cannot be put back must not keep the rest from it
                    step()
    if interruption.came:
        raise KeyboardInterrupt


def _timers() -> Undo:
    timers = [getattr(signal, name) for name in TIMERS if hasattr(signal, name)]
    before = {timer: signal.getitimer(timer) for timer in timers}

    def undo() -> None:
        for timer, (seconds, _) in before.items():
            if not seconds:  # one of somebody else's goes on
                signal.setitimer(timer, 0)

    return undo


def _folder() -> Undo:
    try:
        folder = os.getcwd()
    except OSError:  # it has gone
        return lambda: None
    return lambda: os.chdir(folder)


def _environment() -> Undo:
    before = dict(os.environ)

    def undo() -> None:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        for name, value in before.items():
            if os.environ.get(name) != value:
                os.environ[name] = value

    return undo


def _search() -> Undo:
    """Put the search path back; what was added stays behind everything else, for imports inside ``make``."""
    path, hooks, finders, modules = sys.path[:], sys.path_hooks[:], sys.meta_path[:], dict(sys.modules)

    def undo() -> None:
        added = [place for place in sys.path if isinstance(place, str) and place not in path]
        sys.path[:] = [*path, *dict.fromkeys(added)]
        _ADDED.update(added)
        both: list[tuple[list[Any], list[Any]]] = [(hooks, sys.path_hooks), (finders, sys.meta_path)]
        for kept, now in both:
            known = {id(each) for each in kept}  # what a plugin has put there may say anything of itself
            now[:] = [*kept, *(each for each in now if id(each) not in known)]
        for name in sys.modules.keys() - modules.keys():
            if name.rpartition(".")[0] not in sys.modules and not _imported(sys.modules[name]):
                del sys.modules[name]
        for name, module in modules.items():
            if not name.startswith(LOCAL) and sys.modules.get(name) is not module:
                sys.modules[name] = module

    return undo


def _imported(module: Any) -> bool:
    """Whether it came there by an import: one that a plugin has put there would pass for the module of that name."""
    try:
        return object.__getattribute__(module, "__spec__") is not None
    except Exception:
        return False


def _interpreter() -> Undo:
    import builtins

    depth, collects, switch, mask = sys.getrecursionlimit(), gc.isenabled(), sys.getswitchinterval(), _mask()
    thresholds, names = gc.get_threshold(), dict(vars(builtins))

    def undo() -> None:
        for name, value in names.items():
            if vars(builtins).get(name) is not value:
                setattr(builtins, name, value)
        sys.setrecursionlimit(depth)
        gc.set_threshold(*thresholds)
        (gc.enable if collects else gc.disable)()
        sys.setswitchinterval(switch)
        os.umask(mask)

    return undo


class _Contained:
    """What a plugin wants done when the process ends; should it raise, nobody learns of it."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function

    def __call__(self, *arguments: Any, **keywords: Any) -> None:
        with contextlib.suppress(BaseException):
            self._function(*arguments, **keywords)

    def __eq__(self, other: object) -> bool:  # so that it can be unregistered
        return self._function == other

    __hash__ = None  # type: ignore[assignment]  # nobody keeps it in a set


def _ending() -> Undo:
    before = atexit.register

    def register(function: Any, *arguments: Any, **keywords: Any) -> Any:
        before(_Contained(function), *arguments, **keywords)
        return function

    atexit.register = register  # type: ignore[assignment]  # a function of any arguments, as it is

    def undo() -> None:
        atexit.register = before

    return undo


def _mask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _logging() -> Undo:
    if "logging" not in sys.modules:
        return lambda: None
    import logging

    root = logging.getLogger()
    handlers, level, disabled = root.handlers[:], root.level, root.manager.disable

    def undo() -> None:
        root.handlers[:] = handlers
        root.setLevel(level)
        root.manager.disable = disabled

    return undo


def _signals(interruption: Interruption) -> Undo:
    if threading.current_thread() is not threading.main_thread():  # nobody else may set handlers
        return lambda: None
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    for number in (getattr(signal, name) for name in OF_TIMERS if hasattr(signal, name)):
        if before.get(number) == signal.SIG_DFL:  # a timer that runs out before it is stopped would end the process
            signal.signal(number, signal.SIG_IGN)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, []) if hasattr(signal, "pthread_sigmask") else None
    of_user = before.get(signal.SIGINT)
    noting: Any = of_user
    if callable(of_user):

        def noting(number: int, frame: types.FrameType | None) -> None:
            interruption.came = True
            of_user(number, frame)

        signal.signal(signal.SIGINT, noting)

    def undo() -> None:
        for number, handler in before.items():
            if handler is not None and signal.getsignal(number) != handler:
                signal.signal(number, handler)
        if blocked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    return undo
