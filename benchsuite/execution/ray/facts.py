"""What a node must have as the driver has it. Sent to nodes as it stands, where there may be another benchsuite or none.

So nothing is imported here but the standard library, and no TensorFlow is imported to find a version out.
"""

from __future__ import annotations

import hashlib
import importlib.util
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OURS = ("benchsuite", "benchsuite_plugins", "benchsuite_tasks")
PYTHON = "Python"
CODE = "the code of benchsuite"


def facts(distributions: Iterable[str]) -> dict[str, str]:
    """Return what there is on the machine that this runs on: name → version, empty for what is not there.

    Of Python its first two numbers count, as for rounding. The code of benchsuite, bundled plugins and tasks included, is told by a
    hash of all its files: a checkout may have been changed since its version was given.

    Args:
        distributions: Names of installed distributions.
    """
    found = {PYTHON: ".".join(platform.python_version_tuple()[:2])}
    for name in distributions:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    found[CODE] = _code()
    return found


def _code() -> str:
    lines = []
    for package in OURS:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            for file in sorted(Path(folder).rglob("*.py")):
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                lines.append(f"{package}/{file.relative_to(folder).as_posix()} {digest}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else ""
