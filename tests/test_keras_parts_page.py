"""The page of Keras' parts names every part that the installed Keras has, and says of some what is true of them."""

import importlib.util
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "keras-parts.md"


def _script():
    spec = importlib.util.spec_from_file_location("make_keras_parts", PAGE.with_name("make_keras_parts.py"))
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def said_of(name, kind):
    """Return what the page says of a part: the rest of the row that names it as such a kind."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == kind and f"`{name}`" in cells[1]:
            return "works unmodified"
        if len(cells) == 3 and cells[1] == kind and f"`{name}`" in cells[0]:
            return cells[2]
    return None


def test_every_part_that_keras_ships_is_on_the_page():
    missing = [part.name for part in SCRIPT.keras_parts() if said_of(part.name, part.kind) is None]
    assert not missing, (
        f"not on {PAGE.name}: {missing}. Run: python docs/reference/make_keras_parts.py, with the packages' folders"
    )


@pytest.mark.parametrize("name", ["MultiOptimizer", "mish", "CTC", "RandomRotation", "MixUp"])
def test_what_the_page_says_is_so(bundled, name):
    (part,) = [part for part in SCRIPT.keras_parts() if part.name == name]
    found = SCRIPT.verdict(SCRIPT.Bench(bundled), part)
    assert said_of(name, part.kind) == SCRIPT._row(found).strip("|").split("|")[2].strip()


def test_what_does_not_work_has_a_reason(bundled):
    part = SCRIPT.Part("regularizer", "a number", "3")
    found = SCRIPT.verdict(SCRIPT.Bench(bundled), part)
    assert found.lines is None
    assert "must return a keras.Regularizer" in found.what
