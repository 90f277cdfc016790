"""Finds data files inside Python packages without importing these, which costs every worker seconds and memory."""

import benchsuite as bs

EXTRA = "'benchsuite[data]'"
"""The extra of the distribution that installs the packages which only ship data."""


def packaged(package, *path, install=EXTRA):
    """Return the path of a package's file.

    Args:
        package: Its name in Python.
        path: The file's path inside the package.
        install: What pip installs it with: the extra for packages that only ship data, or what pip calls a package that
            benchsuite needs in any case.

    Raises:
        BenchsuiteError: If it is not there, in one line that says what to do.
    """
    import importlib.util
    from pathlib import Path

    found = importlib.util.find_spec(package)
    name = package if install == EXTRA else install
    if found is None or found.origin is None:
        raise bs.BenchsuiteError(
            f"the data are a file of the package {name}, which is not installed. Run: pip install {install}"
        )
    file = Path(found.origin).parent.joinpath(*path)
    if not file.is_file():
        raise bs.BenchsuiteError(
            f"the data are the file {'/'.join((package, *path))} of the package {name}, which is not in the version "
            f"that is installed. Run: pip install --upgrade {name}"
        )
    return file
