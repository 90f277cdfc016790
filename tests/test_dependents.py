"""Every shared file and every wrapped component that ships is edited in a copy: exactly its dependents become stale.

Who depends on what is worked out twice more: from the byte code, by the module finder of Python's own library, and by hand.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from modulefinder import ModuleFinder
from pathlib import Path

import pytest

import benchsuite_plugins

pytestmark = pytest.mark.slow

REPOSITORY = Path(benchsuite_plugins.__path__[0]).parent
WRAPPED = ("adam", "sgd", "momentum", "nesterov", "rmsprop", "adamw", "lion", "radam")
OTHERS = (
    "plugins/optimizers/sam.py",
    "plugins/optimizers/unified.py",
    "plugins/losses/mse.py",
    "tasks/vision/digits_mlp.py",
)
EDITS = """
import json, pathlib, sys
import benchsuite_plugins
from benchsuite.fingerprints import Fingerprints
from benchsuite.registry import load_registry

copy, wrapped, edited = pathlib.Path(sys.argv[1]), *map(json.loads, sys.argv[2:])
assert list(benchsuite_plugins.__path__) == [str(copy / "benchsuite_plugins")]
tables = load_registry().tables
quotes = 3 * chr(34)

def more_code(text):
    return text + "\\n_added = 1\\n"

def other_words(text):
    text = text.replace(quotes, quotes + "Reworded. ", 1).replace(quotes + "Return", quotes + "Give")
    return "# A remark.\\n" + text.replace("\\n\\n\\n", "\\n# Another.\\n\\n\\n\\n") + "\\n\\n\\n# The end.\\n"

def fingerprints():
    made = Fingerprints(tables)  # reads every file again
    found = {f"{kind}:{name}": made.of(kind, name, {}) for kind, table in tables.items() for name in table}
    for outer in ("sam", "lookahead"):
        for inner in wrapped:
            found[f"optimizer:{outer}[inner={inner}]"] = made.of("optimizer", outer, {"inner": inner})
    return found

def changed():
    now = fingerprints()
    return [title for title in now if now[title] != before[title]]

before = fingerprints()
texts = {copy / f"benchsuite_{name}": (copy / f"benchsuite_{name}").read_text(encoding="utf-8") for name in edited}
code = {}
for name, (file, text) in zip(edited, texts.items(), strict=True):
    file.write_text(more_code(text), encoding="utf-8")
    code[name] = changed()
    file.write_text(text, encoding="utf-8")
for file, text in texts.items():
    file.write_text(other_words(text), encoding="utf-8")
words = changed()
modules = {f"{kind}:{name}": e.plugin.module.__name__ for kind, table in tables.items() for name, e in table.items()}
print(json.dumps([code, words, modules]))
"""

Changed = dict[str, list[str]]
"""File → the components whose fingerprint changed with it."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ships, as two packages that may be edited."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("plugins", "tasks"):
        ignored = shutil.ignore_patterns("__pycache__", "*.npz")
        shutil.copytree(REPOSITORY / name, folder / f"benchsuite_{name}", ignore=ignored)
    return folder


@pytest.fixture(scope="module")
def edited(copy: Path) -> list[str]:
    """Every shared file, every wrapped component, and some others."""
    shared = [str(path.relative_to(copy)).removeprefix("benchsuite_") for path in sorted(copy.rglob("_*.py"))]
    assert len([name for name in shared if "__init__" not in name]) >= 18
    return [*shared, *(f"plugins/optimizers/{name}.py" for name in WRAPPED), *OTHERS]


@pytest.fixture(scope="module")
def changes(copy: Path, edited: list[str]) -> tuple[Changed, list[str], dict[str, str]]:
    """What changed with the code of each file, what with the words of all; and component → module."""
    done = subprocess.run(
        [sys.executable, "-c", EDITS, str(copy), json.dumps(WRAPPED), json.dumps(edited)],
        cwd=copy, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(copy)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    code, words, modules = json.loads(done.stdout)
    return code, words, modules


@pytest.fixture(scope="module")
def dependents(copy: Path, changes: tuple[Changed, list[str], dict[str, str]]) -> dict[str, set[str]]:
    """File → its dependents, from the byte code."""
    reached: dict[str, set[str]] = {}

    def files(title: str) -> set[str]:
        module = changes[2][title]
        if module not in reached:
            finder = ModuleFinder(path=[str(copy)])
            finder.import_hook(module)
            paths = (Path(found.__file__) for found in finder.modules.values() if found.__file__)
            reached[module] = {str(path.relative_to(copy)).removeprefix("benchsuite_") for path in paths}
        return reached[module]

    used = {title: files(title) for title in changes[2]}
    for outer, default in (("sam", "momentum"), ("lookahead", "adam")):
        own = used[f"optimizer:{outer}"]
        for name in WRAPPED:
            used[f"optimizer:{outer}[inner={name}]"] = own | files(f"optimizer:{name}")
        used[f"optimizer:{outer}"] = own | files(f"optimizer:{default}")
    found: dict[str, set[str]] = {}
    for title, paths in used.items():
        for path in paths:
            found.setdefault(path, set()).add(title)
    return found


def test_code_makes_exactly_its_dependents_stale(
    changes: tuple[Changed, list[str], dict[str, str]], edited: list[str], dependents: dict[str, set[str]]
) -> None:
    code = changes[0]
    assert list(code) == edited
    for name in edited:
        assert set(code[name]) == dependents.get(name, set()), name  # no component has a part in what only watches


def test_comments_docstrings_and_layout_make_nobody_stale(changes: tuple[Changed, list[str], dict[str, str]]) -> None:
    assert changes[1] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plugins/optimizers/momentum.py", "momentum sam sam[inner=momentum] lookahead[inner=momentum]"),
        ("plugins/optimizers/adam.py", "adam lookahead sam[inner=adam] lookahead[inner=adam]"),
        ("plugins/optimizers/sam.py", f"sam {' '.join(f'sam[inner={name}]' for name in WRAPPED)}"),
        ("plugins/optimizers/_schedule_free.py", "schedule_free_sgd schedule_free_adamw"),
        ("plugins/schedules/_cycles.py", "triangular triangular2 exp_range"),
        ("plugins/regularizations/_average.py", "ema swa"),
        ("plugins/losses/mse.py", "mse"),
        ("tasks/standard/_residual.py", "cifar10_resnet20 cifar100_wrn"),
        ("tasks/tabular/_sklearn.py", "breast_cancer_logistic diabetes_mlp wine_softmax"),
        ("tasks/text/_kjv.py", "kjv_genre kjv_gru kjv_lstm kjv_transformer"),
    ],
)
def test_the_dependents_of_some_files_by_hand(
    name: str, expected: str, changes: tuple[Changed, list[str], dict[str, str]]
) -> None:
    assert {title.partition(":")[2] for title in changes[0][name]} == set(expected.split())


def test_the_digits_of_another_folder_count(changes: tuple[Changed, list[str], dict[str, str]]) -> None:
    found = set(changes[0]["tasks/vision/_digits.py"])
    assert {"task:digits_rows_gru", "task:digits_sequential", "task:digits_mlp"} <= found
    assert not {"task:mnist5k_mlp", "optimizer:adam"} & found
