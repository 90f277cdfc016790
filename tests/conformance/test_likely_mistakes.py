"""Mistakes that people make: each is one short finding that names the author's line and says what to write instead."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import keras
import pytest
from rich.console import Console

from benchsuite.cli.check import Shown
from benchsuite.components import Component
from benchsuite.conformance import course, task_course
from benchsuite.conformance.course import ComponentCourse, it_trains
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.likely_mistakes import cure_of
from benchsuite.conformance.mishap import in_brief
from benchsuite.conformance.mistake import Seen
from benchsuite.conformance.places import Place
from benchsuite.conformance.promises import check_task, taken
from benchsuite.conformance.tried_on import tiny_tasks_for
from benchsuite.engine.device import Device, configure
from benchsuite.registry import PluginSearch, Registry, load_registry
from tests.conformance.planted_mistakes import PLANTED, Planted

MOST_LINES = 10


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """All of them in one registry, each in a file of its own."""
    configure(Device("cpu"))
    folder = tmp_path_factory.mktemp("plugins")
    for one in PLANTED:
        (folder / f"{one.name}.py").write_text(one.text, encoding="utf-8")
    files = tuple(str(folder / f"{one.name}.py") for one in PLANTED)
    return load_registry(PluginSearch(plugins=files, local=False))


@pytest.fixture(autouse=True)
def one_tiny_task_as_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one is enough here, and XLA would take a second each time."""

    def first(component: Component, registry: Registry) -> list[object]:
        return [dataclasses.replace(tiny_tasks_for(component, registry)[0], xla=False)]

    monkeypatch.setattr(course, "tiny_tasks_for", first)
    # Wrong numbers are found by promises that have tests of their own.
    monkeypatch.setattr(course, "ON_A_TASK", tuple(one for one in course.ON_A_TASK if one.name == "saved"))
    monkeypatch.setattr(task_course, "OF_A_TASK", ())


def broken(planted: Planted, registry: Registry, weights: Path) -> list[Finding]:
    if planted.kind == "task":
        return [finding for finding in check_task(registry.task(planted.name), registry, False) if finding.problem]
    component = registry.component(planted.kind, planted.name)
    findings, tried = [], []
    for _, looked in taken(ComponentCourse(component, registry, weights, dear=False).steps(), component, registry):
        if looked is not None:
            findings += looked.findings
            tried += [looked.tried] if looked.tried else []
    findings += it_trains(component, tuple(tried))
    return [finding for finding in findings if finding.problem]


def on_screen(finding: Finding) -> list[str]:
    """What a terminal of 80 columns shows."""
    file = io.StringIO()
    Shown(Console(file=file, width=80, force_terminal=True, color_system=None)).findings((finding,))
    return [line[start : start + 80] for line in file.getvalue().splitlines() for start in range(0, len(line), 80)]


@pytest.mark.parametrize("planted", PLANTED, ids=[one.name for one in PLANTED])
def test_a_mistake_is_one_finding_with_the_line_and_the_cure(
    planted: Planted, registry: Registry, tmp_path: Path
) -> None:
    found = broken(planted, registry, tmp_path)
    assert len(found) == 1
    (finding,) = found
    assert planted.cure in finding.cure
    assert f"{planted.name}.py:" in finding.where
    if planted.line:
        assert f"{planted.name}.py:{planted.line}, in " in finding.where
    assert finding.line in planted.text
    # As from the author's folder: that of a test has a long path, which takes lines of its own.
    lines = on_screen(dataclasses.replace(finding, where=finding.where[finding.where.index(f"{planted.name}.py:") :]))
    assert len(lines) <= MOST_LINES, lines
    assert any("✗" in line for line in lines)


def test_the_special_stands_before_the_general() -> None:
    said = "Value passed to parameter 'x' has DataType int64 not in list of allowed values: float32, float64"
    seen = Seen("optimizer", ("TypeError",), said, "", None, "")
    assert cure_of(seen).startswith("An integer")
    assert cure_of(dataclasses.replace(seen, said="float64 and float32")).startswith("float64 meets float32")
    matrices = dataclasses.replace(
        seen, kind="regularization", said="Inputs to OrthogonalRegularizer must have rank 2. Received: …"
    )
    assert "keras.ops.reshape" in cure_of(matrices)
    layer = keras.layers.Dense(3)
    layer.build((None, 4))
    with pytest.raises(ValueError, match="dense") as error:
        layer(keras.KerasTensor((None, 2)))
    halved = dataclasses.replace(seen, kind="normalization", said=str(error.value))
    assert cure_of(halved).startswith("What a layer of the recipe gives must have the shape")
    assert cure_of(dataclasses.replace(halved, place=Place("mine.py", 3))) == ""  # a layer of the author's own
    assert cure_of(dataclasses.replace(seen, said="what nobody has seen before")) == ""


@pytest.mark.parametrize(
    ("said", "brief"),
    [
        ("Exception encountered when calling A.call().\n\n\x1b[1mtoo long\x1b[0m\n\nArguments received by A.call():\n  • x", "too long"),
        ("in user code:\n\n    File \"a.py\", line 3, in f  *\n        x\n\n    ValueError: no", "ValueError: no"),
        ("first line\n\nsecond paragraph", "first line"),
    ],
)  # fmt: skip
def test_what_keras_writes_around_an_error_is_left_out(said: str, brief: str) -> None:
    assert in_brief(said) == brief
