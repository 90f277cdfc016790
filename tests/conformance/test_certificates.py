"""Certificates: every embedded task is what its certificate says, and a task that is not is found out."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.certificates import committed, write
from benchsuite.cli.app import app
from benchsuite.conformance import judge, measure
from benchsuite.conformance.certificate import describe_data
from benchsuite.conformance.measured import Measurement
from benchsuite.registry import PluginSearch, load_registry
from tests.bundled import REGISTRY

EMBEDDED = [name for name in REGISTRY.names("task") if REGISTRY.task(name).tier in ("quick", "full")]
QUICK = [name for name in EMBEDDED if REGISTRY.task(name).tier == "quick"]


@pytest.mark.parametrize("name", EMBEDDED)
def test_every_embedded_task_has_the_data_of_its_certificate(name):
    task, certificate = REGISTRY.task(name), committed(name, REGISTRY)
    assert certificate is not None, "benchsuite certify --write makes it"
    assert certificate["version"] == task.version
    assert certificate["few"]["learned"]
    found = describe_data(task)
    known = certificate["data"]
    targets = (found.pop("targets", None), known.pop("targets", None))
    assert found == known
    if targets[0]:
        assert targets[0]["mean"] == pytest.approx(targets[1]["mean"], abs=1e-5)


@pytest.mark.parametrize("name", QUICK)
def test_every_quick_task_certifies(name):
    task = REGISTRY.task(name)
    findings = judge(task, REGISTRY, measure(task, REGISTRY), committed(name, REGISTRY))
    assert [(finding.promise, finding.problem) for finding in findings if finding.problem] == []


@pytest.fixture(scope="module")
def digits():
    task = REGISTRY.task("digits_mlp")
    return task, measure(task, REGISTRY), committed("digits_mlp", REGISTRY)


def problems(task, found, known):
    return [finding.problem for finding in judge(task, REGISTRY, found, known) if finding.problem]


@pytest.mark.parametrize(
    ("part", "change", "text"),
    [
        ("data", {"checksum": "0" * 16}, "checksum 0000000000000000, in the certificate "),
        ("data", {"parts": [1, 2, 3]}, "parts [1, 2, 3], in the certificate [1078, 360, 359]"),
        ("network", {"parameters": 8971}, "parameters 8971, in the certificate 8970"),
        ("loss", {"start": 3.0, "alone": 3.0}, "3, expected 2.84"),
        ("loss", {"alone": 3.0}, "the first loss is 2.842459, alone 3.0"),
        ("loss", {"after_steps": 9.0}, "9, expected 2.4"),
        ("loss", {"of_zeros": 2.4}, "2.4, expected 2.302585"),
        ("gradient", {"difference": 0.5}, "they differ by 50.0%"),
        (
            "few",
            {"learned": False, "start": 2.0, "end": 1.9, "steps": 400},
            "the loss went from 2.0 to 1.9 in 400 steps",
        ),
    ],
)
def test_whatever_differs_is_told(digits, part, change, text):
    task, found, known = digits
    (problem,) = problems(task, {**found, part: {**found[part], **change}}, known)
    assert text in problem


def test_the_closed_form_is_that_of_theory(digits):
    _, found, known = digits
    assert found["loss"]["theory"] == pytest.approx(np.log(10), abs=1e-6)
    assert committed("diamonds_mlp", REGISTRY)["loss"]["theory"] == pytest.approx(1.0, rel=0.1)  # standardized targets
    assert found["data"] == known["data"]


def test_no_certificate_and_another_version_are_told(digits):
    task, found, known = digits
    assert problems(task, found, None) == ["there is none: benchsuite certify --write makes one"]
    assert problems(replace(task, metrics=task.metrics, version=7), found, known) == [
        f"the certificate is of version {task.version}, the task of version 7"
    ]


def test_a_wrong_gradient_is_found():
    import tensorflow as tf

    @tf.custom_gradient
    def crooked(x):
        return x, lambda upstream: 1.5 * upstream

    def model(blocks, inputs):
        return blocks.output(10)(blocks.dense(16)(inputs))

    def loss(model, batch, training):
        return crooked(tf.nn.sparse_softmax_cross_entropy_with_logits(batch[1], model(batch[0], training=training)))

    task = replace(
        REGISTRY.task("digits_mlp"), metrics=(), primary="loss", direction="min", targets=(), model=model, loss=loss
    )
    assert Measurement(task, REGISTRY).gradient_difference() == pytest.approx(1 / 3, abs=0.02)


def test_targets_that_say_nothing_cannot_be_learned_by_heart():
    def data():
        x = np.ones((400, 4), "float32")
        return bs.Arrays(x, (np.arange(400) % 10).astype("int32"))

    task = replace(REGISTRY.task("digits_mlp"), metrics=(), primary="loss", direction="min", targets=(), data=data)
    few = Measurement(task, REGISTRY).few()
    assert not few["learned"]
    assert few["end"] > 1


def cli(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments))


def test_a_task_of_ones_own_is_certified_beside_its_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = []

    def measured(task, registry):
        known.append(known[0] if known else measure(task, registry))
        return known[-1]

    # It is measured twice, not at each command.
    monkeypatch.setattr("benchsuite.conformance.measure", measured)
    assert cli("new", "task", "my_task").exit_code == 0
    told = cli("certify", "my_task")
    assert told.exit_code == 1
    assert "there is none: benchsuite certify --write makes one" in told.output
    assert cli("certify", "my_task", "--write").exit_code == 0
    path = next(tmp_path.rglob("certificates/my_task.json"))
    certificate = json.loads(path.read_text())
    assert certificate["network"]["parameters"] > 0
    known.clear()
    assert cli("certify", "my_task").exit_code == 0
    certificate["data"]["checksum"] = "0" * 16
    path.write_text(json.dumps(certificate))
    changed = cli("certify", "my_task")
    assert changed.exit_code == 1
    assert "checksum" in changed.output
    path.write_text("{")
    broken = cli("certify", "my_task")
    assert broken.exit_code == 1
    assert "cannot be read" in broken.output
    assert write("my_task", load_registry(PluginSearch()), known[0]) == path
    assert len(known) == 3  # all went through it
