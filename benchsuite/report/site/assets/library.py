"""DataTables, as itables ships it: a module, turned into a script, since a browser loads no module from a file."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from benchsuite.errors import BenchsuiteError

NAMES = ("dt_bundle.js", "dt_bundle.css")
GLOBAL = "DataTables"
"""The one name that the script gives to the page: an object of everything that the module exports."""
_EXPORT = re.compile(r"export\s*\{([^{}]*)\}\s*;")
_THEN = "do: pip install 'itables>=2.5,<3'"


def library() -> tuple[bytes, bytes]:
    """Return script and style sheet of DataTables and its extensions.

    What the module declares stays within a function, so that none of its short names becomes one of the page's, and the
    licences that stand in it stay where they are.

    Raises:
        BenchsuiteError: There is no itables, it holds no such files, or they have another form.
    """
    found = find_spec("itables")  # not imported: that would take pandas and half a second along
    places = list(found.submodule_search_locations or ()) if found else []
    held = [Path(place, "html") for place in places if all(Path(place, "html", name).is_file() for name in NAMES)]
    if not held:
        raise BenchsuiteError(
            f"{_installed()} holds no html/{' and html/'.join(NAMES)}, which the report's tables need; {_THEN}"
        )
    script, style = (held[0] / name for name in NAMES)
    return classic(script.read_text(encoding="utf-8")).encode(), style.read_bytes()


def library_license() -> str:
    """Return one line that names the library, its version and its licence."""
    return f"DataTables (MIT, SpryMedia Ltd and others), shipped by {_installed()} (MIT, Marc Wouts)"


def classic(module: str) -> str:
    """Return a module that imports nothing as a script that sets :data:`GLOBAL`.

    Raises:
        BenchsuiteError: It does not hold exactly one list of what it exports.
    """
    exports = list(_EXPORT.finditer(module))
    if len(exports) != 1:
        raise BenchsuiteError(
            f"the script of {_installed()} has {len(exports)} lists of exports; exactly 1 can be read; {_THEN}"
        )
    (one,) = exports
    pairs = [re.split(r"\s+as\s+", name.strip()) for name in one[1].split(",") if name.strip()]
    held = ",".join(f'"{pair[-1]}":{pair[0]}' for pair in pairs)
    return f"(()=>{{{module[: one.start()]}window.{GLOBAL}={{{held}}};{module[one.end() :].rstrip()}\n}})();\n"


def _installed() -> str:
    try:
        return f"itables {version('itables')}"
    except PackageNotFoundError:
        return "itables, which is not installed,"
