"""What the tasks on scikit-learn's small tables share: its data files, read without importing it."""

import benchsuite as bs


def file(task, name):
    """Return the path of a data file that ships with scikit-learn.

    Importing scikit-learn would cost every worker seconds and 80 MB; only its folder is looked up.

    Args:
        task: Name of the task that needs it, for the message.
        name: Of the file in ``sklearn/datasets/data``.

    Raises:
        BenchsuiteError: If scikit-learn is not installed, or ships without the file.
    """
    import importlib.util
    from pathlib import Path

    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise bs.BenchsuiteError(
            f"task {task!r} reads a file of scikit-learn, which is not installed. Run: pip install scikit-learn"
        )
    path = Path(package.origin).parent / "datasets" / "data" / name
    if not path.is_file():
        raise bs.BenchsuiteError(
            f"task {task!r} reads {name} of scikit-learn; the installed one has no {path}. Run: pip install scikit-learn"
        )
    return path


def classes(task, name):
    """Return the inputs float32 and the classes int32 of a table with a line of counts and names above it.

    Args:
        task: Name of the task that needs it, for the message.
        name: Of the file; its last column is the class.
    """
    import numpy as np

    table = np.loadtxt(file(task, name), delimiter=",", skiprows=1)
    return bs.Arrays(table[:, :-1].astype("float32"), table[:, -1].astype("int32"))
