"""What importing a plugin may change of the process, put back afterwards.

Whoever lists plugins must not be changed by them: many libraries set environment variables, signal handlers or filters
when they are imported, and some plugins do worse by accident. That is no reason to refuse them, and nobody needs to be
told: it is put back. What a plugin's ``make`` needs it sets there, in the worker that trains with it.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

LOCAL = "benchsuite_local_"
"""How the names of modules begin that were made of the user's files; they may be made anew at any time."""
STREAMS = ("stdin", "stdout", "stderr")
OF_SYS = (
    *STREAMS,
    "argv",
    "excepthook",
    "unraisablehook",
    "displayhook",
    "exit",
    "dont_write_bytecode",
    "pycache_prefix",
)
TIMERS = ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF")
OF_TIMERS = ("SIGALRM", "SIGVTALRM", "SIGPROF")
KEPT_ABOVE = 200
"""Copies of the three standard descriptors get higher numbers, out of the way of who closes some."""

Undo = Callable[[], object]

_ADDED: set[str] = set()
"""What plugins have added to the search path of this process."""


def search_path() -> list[str]:
    """Return the search path as it is without plugins: for processes in which others are imported."""
    return [place for place in sys.path if place not in _ADDED]


class Interruption:
    """Whether the user pressed Ctrl-C while a plugin was imported; a KeyboardInterrupt of its own is only its failure."""

    def __init__(self) -> None:
        self.came = False


@contextlib.contextmanager
def guarded() -> Iterator[Interruption]:
    """Put back what happens in here to the process, however it ends.

    A copy of the process that was forked in here and comes out ends at once: it would do everything a second time.

    Raises:
        KeyboardInterrupt: If the user pressed Ctrl-C in here, also where that was caught.
    """
    process, interruption = os.getpid(), Interruption()
    undo = [
        keep() for keep in (_timers, _descriptors, _streams, _folder, _environment, _search, _interpreter, _logging)
    ]
    with warnings.catch_warnings():
        # The handlers last: until then Ctrl-C is noted.
        undo.append(_signals(interruption))
        try:
            yield interruption
        finally:
            if os.getpid() != process:
                os._exit(0)
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


def _descriptors() -> Undo:
    kept = {number: (_copy(number), _file_of(number)) for number in range(3)}

    def undo() -> None:
        for number, (copy, file) in kept.items():
            if copy is not None:
                with contextlib.suppress(OSError):
                    if _file_of(number) != file:
                        os.dup2(copy, number)
                    os.close(copy)

    return undo


def _copy(number: int) -> int | None:
    try:
        import fcntl

        return fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, KEPT_ABOVE)
    except (OSError, ImportError):  # closed already; too many files
        return None


def _file_of(number: int) -> tuple[int, ...]:
    try:
        about = os.fstat(number)
    except OSError:
        return ()
    return about.st_dev, about.st_ino, about.st_rdev


def _streams() -> Undo:
    before = {name: getattr(sys, name, None) for name in OF_SYS}
    of_threading = {name: getattr(threading, name) for name in ("excepthook", "_shutdown") if hasattr(threading, name)}
    forms = {name: _form(before[name]) for name in STREAMS}

    def undo() -> None:
        for name, value in before.items():
            form = forms.get(name)
            # A stream that was closed is no use: another one on the same descriptor, which must not be closed with it.
            setattr(sys, name, _opened(STREAMS.index(name), form) if form and _is_closed(value) else value)
        for name, value in of_threading.items():
            setattr(threading, name, value)
        if sys.gettrace() is not trace:
            sys.settrace(trace)
        if sys.getprofile() is not profile:
            sys.setprofile(profile)

    trace, profile = sys.gettrace(), sys.getprofile()
    return undo


def _form(stream: Any) -> tuple[str, str | None] | None:
    """Return encoding and error handler of a stream that was open on a descriptor."""
    if isinstance(stream, io.TextIOWrapper) and not stream.closed:
        return stream.encoding, stream.errors
    return None


def _is_closed(stream: Any) -> bool:
    try:
        return bool(stream.closed)
    except ValueError:  # detached
        return True


def _opened(number: int, form: tuple[str, str | None]) -> Any:
    mode = "w" if number else "r"
    return open(number, mode, encoding=form[0], errors=form[1], closefd=False)  # it stays open


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
        for name, module in modules.items():
            if not name.startswith(LOCAL) and sys.modules.get(name) is not module:
                sys.modules[name] = module

    return undo


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
