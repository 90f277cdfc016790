"""What the tasks on scikit-learn's small tables share."""

import benchsuite as bs
from benchsuite_tasks._packaged import packaged


def path(name):
    """Return the path of a data file that ships with scikit-learn, which is not imported."""
    return packaged("sklearn", "datasets", "data", name, install="scikit-learn")


def classes(name):
    """Return the inputs, float32, and the classes, int32, of a table whose last column is the class."""
    import numpy as np

    table = np.loadtxt(path(name), delimiter=",", skiprows=1)  # above it: counts and names of classes
    return bs.Arrays(table[:, :-1].astype("float32"), table[:, -1].astype("int32"))
