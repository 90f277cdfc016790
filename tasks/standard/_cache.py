"""Where the stock data sets lie, and their loaders without a way to download.

``keras.datasets`` keeps its files in ``$KERAS_HOME/datasets``, ``~/.keras/datasets`` unless that is set, and downloads
what is missing, or what has another checksum than it knows. A trial never downloads: here the same loaders run with a
``get_file`` that only looks. It also leaves the CIFAR archives alone, which Keras unpacks anew at each call, while
another worker may be reading. What Keras' folder lacks is looked for in ``/usr/share/datasets``, where Debian's data
packages lie (``dataset-fashion-mnist``).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import benchsuite as bs

DEBIAN = Path("/usr/share")


@dataclass(frozen=True)
class DataSet:
    """A data set of Keras.

    Args:
        loader: Module whose ``load_data()`` reads it, and fetches it where that is allowed.
        files: What the loader reads, relative to the folder ``datasets``.
        megabytes: What is downloaded.
        license: Of the data.
    """

    loader: str
    files: tuple[str, ...]
    megabytes: int
    license: str


FASHION = ("train-labels-idx1-ubyte", "train-images-idx3-ubyte", "t10k-labels-idx1-ubyte", "t10k-images-idx3-ubyte")
CIFAR10 = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")

DATA_SETS = {
    "mnist": DataSet("keras.datasets.mnist", ("mnist.npz",), 11, "CC BY-SA 3.0"),
    "fashion_mnist": DataSet(
        "keras.datasets.fashion_mnist", tuple(f"fashion-mnist/{name}.gz" for name in FASHION), 31, "MIT"
    ),
    "cifar10": DataSet(
        "keras.datasets.cifar10",
        tuple(f"cifar-10-batches-py-target/cifar-10-batches-py/{name}" for name in CIFAR10),
        171,
        "none stated; its authors ask for a citation",
    ),
    "cifar100": DataSet(
        "keras.datasets.cifar100",
        tuple(f"cifar-100-python-target/cifar-100-python/{name}" for name in ("train", "test")),
        169,
        "none stated; its authors ask for a citation",
    ),
    "imdb": DataSet("keras.datasets.imdb", ("imdb.npz",), 17, "none stated; its authors ask for a citation"),
    "reuters": DataSet("keras.datasets.reuters", ("reuters.npz",), 2, "for research only (Reuters-21578)"),
    "california_housing": DataSet(
        "keras.datasets.california_housing", ("california_housing.npz",), 1, "none stated; from the US census of 1990"
    ),
}


def datasets_folder() -> Path:
    """Return the folder into which Keras puts data sets."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"


def missing(name: str) -> list[str]:
    """Return the files of a data set that are nowhere to be found, relative to the folder ``datasets``."""
    return [file for file in DATA_SETS[name].files if not any(path.is_file() for path in _places(file))]


def load(name: str, **options: Any) -> Any:
    """Return what the stock loader returns: training and test part, each inputs and targets.

    Args:
        name: Of the data set.
        options: Arguments of ``load_data``.

    Raises:
        BenchsuiteError: If a file is missing or damaged.
    """
    import importlib
    import types

    absent = missing(name)
    if absent:
        more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
        raise bs.BenchsuiteError(
            f"data set {name!r} is missing: no {absent[0]}{more} in {datasets_folder()}. "
            f"Run: benchsuite data fetch {name} (downloads {DATA_SETS[name].megabytes} MB), or put the files there."
        )
    stock = importlib.import_module(DATA_SETS[name].loader).load_data
    looking = types.FunctionType(stock.__code__, {**stock.__globals__, "get_file": _found}, "load_data")
    looking.__defaults__, looking.__kwdefaults__ = stock.__defaults__, stock.__kwdefaults__
    return looking(**options)


def _fetch(name: str) -> Any:
    """Return a function that lets the stock loader put its files into Keras' folder; only ``benchsuite data fetch`` calls it."""

    def download() -> None:
        import importlib

        importlib.import_module(DATA_SETS[name].loader).load_data()

    return download


DOWNLOADS = {name: _fetch(name) for name in DATA_SETS}
"""Data set → the function that fetches it, one for all of its tasks."""


def joined(parts: Any, dtype: str, scale: float = 1.0) -> Any:
    """Return training examples followed by test examples, as ``bs.Published`` wants them.

    Args:
        parts: Both arrays.
        dtype: Of the result.
        scale: What it is divided by.
    """
    import numpy as np

    both = np.concatenate(parts, dtype=dtype, casting="unsafe")
    if scale != 1:
        both /= both.dtype.type(scale)  # in place: CIFAR takes 740 MB
    return both


def images(name: str) -> bs.Arrays:
    """Return pixels scaled from 0…255 to 0…1 as ``[examples, rows, columns, channels]``, and classes."""
    (x_train, y_train), (x_test, y_test) = load(name)
    x = joined((x_train, x_test), "float32", 255)
    return bs.Arrays(x if x.ndim == 4 else x[..., None], joined((y_train, y_test), "int32").reshape(-1))


def reviews(words: int, length: int) -> bs.Arrays:
    """Return film reviews of IMDB as int32 symbols ``[50000, length]``, and 1 where the review praises, else 0.

    Symbols are ranks of words, most frequent first, from 3 on; 0 pads, 1 begins a review, 2 stands for rarer words.
    A review that is longer loses its beginning, a shorter one is padded in front.

    Args:
        words: Number of symbols.
        length: Words that are kept of a review.
    """
    import keras

    (x_train, y_train), (x_test, y_test) = load("imdb", num_words=words)
    x = [keras.utils.pad_sequences(part, length) for part in (x_train, x_test)]
    return bs.Arrays(joined(x, "int32"), joined((y_train, y_test), "int32"))


def _places(file: str) -> list[Path]:
    """Return the paths where a file may be."""
    places = [datasets_folder() / file, DEBIAN / "datasets" / file]
    folder, _, inner = file.partition("/")
    if folder.endswith("-target"):  # where Keras before 3.6 unpacked, and who unpacks the archive by hand
        places.append(datasets_folder() / inner)
    return places


def _found(
    fname: str, origin: str = "", file_hash: str | None = None, cache_subdir: str = "datasets", **options: Any
) -> str:
    """Take the place of ``keras.utils.get_file``: return the path of a file, or of the folder of an unpacked archive."""
    inside = Path(cache_subdir).relative_to("datasets") / fname
    if options.get("extract"):
        (first,) = {file for data in DATA_SETS.values() for file in data.files[:1] if file.startswith(f"{fname}/")}
        path = next(path for path in _places(first) if path.is_file())
        return str(path.parent.parent)
    path = next(path for path in _places(str(inside)) if path.is_file())
    if file_hash is not None and _checksum(path) != file_hash:
        raise bs.BenchsuiteError(
            f"{path} is damaged, or another file than that of Keras: its checksum differs. Delete it and fetch it again."
        )
    return str(path)


def _checksum(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
