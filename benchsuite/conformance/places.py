"""Where in the author's own files something is: the line behind an error, and where a component is made."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import re
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchsuite.components import Claim, Registrable, Trained
from benchsuite.registry import Registry
from benchsuite.text import one_line

FRAME = re.compile(r'File "(?P<file>[^"\n]+)", line (?P<line>\d+)(?:,? in (?P<function>[^\n]+))?')
"""A call, as Python writes it into a traceback."""
LONGEST_LINE = 200
Own = Callable[[str], bool]
"""Whether a file is the author's."""


@dataclass(frozen=True)
class Place:
    """A line of a file.

    Args:
        file: Its path.
        line: Number of the line, from 1.
        function: In which it stands; empty at the top of the module.
    """

    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        within = f", in {self.function}" if self.function and self.function != "<module>" else ""
        return one_line(f"{shown(self.file)}:{self.line}{within}")

    @property
    def source(self) -> str:
        """What stands there, without the space around it; empty if nobody can tell."""
        return one_line(linecache.getline(self.file, self.line).strip())[:LONGEST_LINE]


NOWHERE = Place("", 0)


def shown(file: str) -> str:
    """Return a path as it is shown: from the working folder on, where it lies below that."""
    path = Path(file)
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def own_files(module: Any, root: Path | None) -> Own:
    """Return what says whether a file is one of a plugin's own.

    Args:
        module: The plugin.
        root: Of a file of the user's: the folder in which it finds what it imports.
    """
    main = getattr(module, "__file__", None) or ""
    packages = [Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")]
    name = str(getattr(module, "__name__", ""))
    if root is not None:
        folder: Path | None = root.resolve()
    elif "." in name:  # a package: its top folder
        folder = Path(main).resolve().parents[name.count(".") - 1]
    else:
        folder = None

    def own(file: str) -> bool:
        path = Path(file)
        if file == main or not path.is_file():
            return file == main
        path = path.resolve()
        if path == Path(main).resolve():
            return True
        if folder is None or not path.is_relative_to(folder):
            return False
        # An environment may lie in the author's own folder.
        return root is None or not any(path.is_relative_to(one) for one in packages)

    return own


def place_in(traceback: str, own: Own, first: bool = False) -> Place | None:
    """Return the deepest call of the author's that a traceback tells of, of its last error that has one.

    Args:
        traceback: The traceback.
        own: Says which files are the author's.
        first: Whether the deepest call stands first, as it does where a process crashed.
    """
    found = None
    for match in FRAME.finditer(traceback):
        if own(match["file"]):
            found = Place(match["file"], int(match["line"]), (match["function"] or "").strip())
            if first:
                break
    return found


def place_made(component: Any) -> Place | None:
    """Return where a component is made: of a task, where its model is built; of a claim, where its first number is."""
    if isinstance(component, Claim):
        evidence = component.parts[0].evidence
        return place_of_function(evidence.effect if isinstance(evidence, Trained) else evidence.compute)
    return place_of_function(getattr(component, "make", None) or getattr(component, "model", None))


def place_of_function(function: Any) -> Place | None:
    """Return where a function stands, or the class of what is called instead; ``None`` if nobody can tell."""
    while isinstance(function, functools.partial):
        function = function.func
    try:
        function = inspect.unwrap(function)
        if not inspect.isfunction(function) and not inspect.isclass(function):
            function = type(function)
        file = inspect.getsourcefile(function)
        _, line = inspect.getsourcelines(function)
    except (TypeError, OSError, ValueError):
        return None
    return Place(file, line, function.__name__) if file else None


CALLED = ("update_step", "batch", "in_training", "mask", "after_step", "call", "__call__")
"""Methods that are called of what ``make`` returns."""


def place_called(component: Any) -> Place | None:
    """Return where the function stands that is called of a component: the one method of such a name, or the one in ``make``.

    Where there is none, or several, it is the place where the component is made.
    """
    made = place_made(component)
    if made is None:
        return None
    try:
        tree = ast.parse("".join(linecache.getlines(made.file)))
    except (SyntaxError, ValueError, RecursionError):
        return made
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    methods = [node for node in functions if node.name in CALLED]
    makes = [node for node in functions if node.name == made.function and node.lineno == made.line]
    inner = [
        node for make in makes for node in ast.walk(make) if isinstance(node, ast.FunctionDef) and node is not make
    ]
    found = methods if len(methods) == 1 else inner
    return Place(made.file, found[0].lineno, found[0].name) if len(found) == 1 else made


def place_of_class(found: type, own: Own) -> Place | None:
    """Return where one of the author's classes stands; ``None`` for anybody else's."""
    try:
        file = inspect.getsourcefile(found)
        if not file or not own(file):
            return None
        _, line = inspect.getsourcelines(found)  # reads the whole file, Keras' long ones too
    except (TypeError, OSError, ValueError):
        return None
    return Place(file, line)


def where_made(component: Any) -> str:
    """Return it as a finding says where something is; empty if nobody can tell."""
    return str(place_made(component) or "")


def own_of(registry: Registry, component: Registrable) -> Own:
    """Return what says whether a file belongs to the plugin of a component.

    Args:
        registry: Where it is registered; one that is not has the file in which it is made.
        component: The component or task.
    """
    entry = registry.tables.get(component.kind, {}).get(component.name)
    if entry is not None and entry.component is component and entry.plugin.module is not None:
        return own_files(entry.plugin.module, entry.plugin.root)
    place = place_made(component)
    return lambda file: place is not None and file == place.file
