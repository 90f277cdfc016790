"""The works that a methods section of ours cites: of the statistics, and of the libraries that train and search."""

from __future__ import annotations

from benchsuite.report.paper.works import Work

HOLM = Work(
    ("Sture Holm",), "1979", title="A simple sequentially rejective multiple test procedure", kind="article",
    fields=(("journal", "Scandinavian Journal of Statistics"), ("volume", "6"), ("number", "2"), ("pages", "65--70")),
)  # fmt: skip
MANN_WHITNEY = Work(
    ("Henry B. Mann", "Donald R. Whitney"), "1947", kind="article",
    title="On a test of whether one of two random variables is stochastically larger than the other",
    fields=(("journal", "The Annals of Mathematical Statistics"), ("volume", "18"), ("number", "1"), ("pages", "50--60")),
)  # fmt: skip
VAN_ELTEREN = Work(
    ("Philip van Elteren",), "1960", title="On the combination of independent two-sample tests of Wilcoxon", kind="article",
    fields=(("journal", "Bulletin of the International Statistical Institute"), ("volume", "37"), ("pages", "351--361")),
)  # fmt: skip
DUNN = Work(
    ("Olive Jean Dunn",), "1961", title="Multiple comparisons among means", kind="article",
    fields=(
        ("journal", "Journal of the American Statistical Association"), ("volume", "56"), ("number", "293"), ("pages", "52--64"),
    ),
)  # fmt: skip
EFRON = Work(
    ("Bradley Efron",), "1979", title="Bootstrap methods: another look at the jackknife", kind="article",
    fields=(("journal", "The Annals of Statistics"), ("volume", "7"), ("number", "1"), ("pages", "1--26")),
)  # fmt: skip
DAVID_NAGARAJA = Work(
    ("Herbert A. David", "Haikady N. Nagaraja"), "2003", title="Order statistics", kind="book",
    fields=(("publisher", "Wiley"), ("edition", "Third")),
)  # fmt: skip
DEMSAR = Work(
    ("Janez Demšar",), "2006", title="Statistical comparisons of classifiers over multiple data sets", kind="article",
    fields=(("journal", "Journal of Machine Learning Research"), ("volume", "7"), ("pages", "1--30")),
)  # fmt: skip
TENSORFLOW = Work(
    ("Martín Abadi",), "2016", "1605.08695", "TensorFlow: a system for large-scale machine learning", others=True,
)  # fmt: skip
KERAS = Work(
    ("François Chollet",), "2015", title="Keras", others=True, fields=(("howpublished", r"\url{https://keras.io}"),)
)
OPTUNA = Work(
    ("Takuya Akiba", "Shotaro Sano", "Toshihiko Yanase", "Takeru Ohta", "Masanori Koyama"), "2019", "1907.10902",
    "Optuna: a next-generation hyperparameter optimization framework",
)  # fmt: skip
LIBRARIES = {"tensorflow": ("TensorFlow", TENSORFLOW), "keras": ("Keras", KERAS)}
"""Package, as records name it → how it is written, and its work."""


def benchsuite_itself(version: str, home: str) -> Work:
    """Return benchsuite as CITATION.cff has it.

    Args:
        version: That the paper was made with; empty where nobody knows.
        home: The address of its source.
    """
    said = [f"Version {version}"] if version else []
    return Work(
        ("The benchsuite authors",),
        title="benchsuite: a benchmark suite for optimizers and everything else that trains a network",
        fields=(("howpublished", ", ".join([*said, rf"\url{{{home}}}"])),),
        corporate=True,
    )
