"""``benchsuite info TASK``: what it says without reading data, and what it draws."""

import io
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.certificates import committed
from benchsuite.cli.app import app
from benchsuite.cli.info import _facts
from benchsuite.cli.task_facts import seconds_words, split_words, targets_words
from benchsuite.report.drawings.sample_panels import code_lines, text_lines
from benchsuite.report.drawings.samples import Samples, form_of
from benchsuite.report.drawings.task_picture import Layer, task_figure
from tests.test_certified_resolution import BLOCK

OURS = '''"""Colours of squares."""
import benchsuite as bs

def data():
    import numpy as np
    y = np.arange(30, dtype="int32") % 3
    return bs.Arrays(np.eye(3, dtype="float32")[y][:, None, None] * np.ones((30, 4, 4, 1), "float32"), y)

def model(blocks, inputs):
    x = blocks.conv(2)(inputs)
    return blocks.output(3)(blocks.flatten()(x))

def loss(model, batch, training):
    """Return −ln p of the class."""
    import keras
    return keras.losses.sparse_categorical_crossentropy(batch[1], model(batch[0], training=training), from_logits=True)

@bs.hookimpl
def register_tasks():
    return [bs.Task(name="ours", data=data, split=bs.HoldOut(0.6, 0.2, 0.2), model=model, loss=loss, primary="loss",
                    batch_size=4, epochs=100, baseline={"schedule": "cosine"}, cost=bs.Cost(compile=1, epoch=3),
                    targets=[1.0, 0.1], source="made [up] here", compares=["gradient_transform"])]
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks/ours.py").write_text(OURS, encoding="utf-8")
    return tmp_path


def said(*arguments, columns=80):
    done = CliRunner(env={"COLUMNS": str(columns)}).invoke(app, ["info", *arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    assert done.stderr == ""
    return done.stdout


def rows(text):
    """What is said, by its heading."""
    found, key, width = {}, "", re.search(r"^batch size +", text, re.MULTILINE).end()
    width -= text.rindex("\n", 0, width) + 1
    for line in text.splitlines()[1:]:
        head, rest = line[:width].strip(), line[width:].strip()
        key = head or key
        found[key] = f"{found.get(key, '')} {rest}".strip()
    return found


def certify(folder, text):
    (folder / "tasks/certificates").mkdir()
    (folder / "tasks/certificates/ours.json").write_text(text, encoding="utf-8")


CERTIFICATE = {
    "version": 1,
    "data": {
        "checksum": "0123456789abcdef",
        "inputs": {"shape": [4, 4, 3], "type": "float32"},
        "parts": [18, 6, 6],
        "labels": {"0": 10, "1": 11, "2": 9},
    },
    "network": {"parameters": 155, "kernels": 2},
    "loss": {"start": 1.2, "after_steps": 1.1, "of_zeros": 1.0986, "theory": 1.0986},
    "gradient": {"difference": 0.001},
    "few": {"start": 1.2, "end": 0.1, "steps": 9, "learned": True},
}


def test_a_certified_task_says_all_of_its_data_without_reading_them(folder):
    certify(folder, json.dumps(CERTIFICATE))
    found = rows(said("ours"))
    assert {key: found[key] for key in list(found)[:-2]} == {
        "": "",
        "source": "made [up] here",
        "inputs": "30 × 4 × 4 × 3, float32, 0.0 MB",
        "labels": "3; from 0 to 2: 10, 11, 9",
        "split": "at random: 60 % of the examples train, 20 % validate, 20 % test 18, 6 and 6 examples",
        "checksum": "0123456789abcdef",
        "baseline": "optimizer: adam schedule: cosine the default of every other kind",
        "parameters": "155 trained, 2 kernels",
        "batch size": "4 examples a step",
        "budget": "100 epochs of 4 steps",
        "cost": "about 3 s an epoch and 1 s to compile on one core; 5 minutes for the budget",
        "loss": "its own: −ln p of the class.",
        "primary": "loss, the lower the better",
        "targets": "1, 0.1 on the validation part (loss)",
        "tier": "full",
        "compares": "gradient transform",
        "version": "1",
    }
    assert found["about"] == "Colours of squares."


def test_what_a_task_tells_apart_is_said_by_its_certificate(folder):
    text = OURS.replace("loss=loss, primary", 'loss="cross_entropy", metrics=["accuracy", "log_loss"], primary')
    text = text.replace('primary="loss"', 'primary="accuracy"').replace("targets=[1.0, 0.1]", "targets=[0.8, 0.85]")
    text = text.replace('"gradient_transform"', '"optimizer", "initializer"')
    (folder / "tasks/ours.py").write_text(text, encoding="utf-8")
    certify(folder, json.dumps({**CERTIFICATE, "resolution": {**BLOCK, "task_version": 1}}))
    shown = said("ours")
    assert max(map(len, map(str.rstrip, shown.splitlines()))) <= 80
    table = [line.strip().removeprefix("tells apart").split() for line in shown.splitlines()]
    assert ["pairs", "3", "5", "10", "variance", "trial", "rate"] in table
    assert ["optimizer", "15", "0", "%", "71", "%", "80", "%", "71/4/25", "0.21", "s", "101"] in table
    assert ["initializer", "3", "0", "%", "8", "%", "33", "%", "–", "–", "–"] in table
    found = rows(shown)
    assert found["by measure"] == (
        "share of the pairs, with 5 seeds optimizer: loss 86 %, log_loss 86 %, accuracy 71 % "
        "initializer: log_loss 90 %, accuracy 8 %"
    )
    assert found["reached"].startswith("accuracy 0.81 by nine tuned trials of ten, 0.85 by half, 0.89 by one of ten")
    assert found["remarks"] == (
        "the measure loss tells 86 % of the optimizer pairs apart with 5 seeds, the primary measure accuracy 71 % "
        "the measure log_loss tells 90 % of the initializer pairs apart with 5 seeds, the primary measure accuracy 8 % "
        "its targets are 0.8, 0.85; tuned reference components reach 0.81, 0.85, 0.89"
    )
    assert BLOCK["command"] in found["measured"]
    (folder / "tasks/ours.py").write_text(text.replace("epochs=100", "epochs=100, version=2"), encoding="utf-8")
    assert "tells apart" not in said("ours")


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("", "not certified: benchsuite certify ours --write measures the data"),
        (json.dumps({**CERTIFICATE, "version": 3}), "that of version 3, while the task is of version 1: "),
        ("{", "the certificate "),
    ],
)
def test_a_certificate_that_does_not_count_is_not_believed(text, doubt, folder):
    if text:
        certify(folder, text)
    found = rows(said("ours", columns=300))
    assert found["certificate"].startswith(doubt)
    assert not {"checksum", "inputs", "labels", "parameters"} & set(found)
    assert found["budget"] == "100 epochs of one pass each"


def test_every_task_can_be_read_at_80_columns(bundled):
    for name in bundled.names("task"):
        console = Console(width=80, file=io.StringIO())
        console.print(_facts(bundled.entry("task", name), bundled))
        lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
        assert max(map(len, lines)) <= 80
        certificate = committed(name, bundled)
        if certificate and certificate["version"] == bundled.task(name).version:
            assert any(line.split() == ["checksum", certificate["data"]["checksum"]] for line in lines)


def test_facts_of_a_task_need_no_tensorflow(folder):
    script = (
        "import sys; from benchsuite.cli.app import app\n"
        "app(['info', 'digits_mlp'], standalone_mode=False)\n"
        "print(sorted({'tensorflow', 'keras', 'matplotlib', 'sklearn', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("split", "words"),
    [
        (
            bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            "at random: 60 % of the examples train, 20 % validate, 20 % test, each class in proportion\n9, 3 and 3 examples",
        ),
        (bs.HoldOut(9, 3, 3), "at random: 9 examples train, 3 validate, 3 test"),
        (bs.InOrder(9, 3, 3), "by position: 9 examples train, 3 validate, 3 test"),
        (
            bs.ByGroup(4, 1, 1),
            "whole groups at random: 4 groups train, 1 validate, 1 test\n9, 3 and 3 examples",
        ),
        (
            bs.Published(validation=3, test=3, stratify=True),
            "the last 3 examples test, as published; 3 of the others validate, at random, each class in proportion\n"
            "9, 3 and 3 examples",
        ),
    ],
)
def test_a_split_in_words(split, words):
    assert split_words(split, [9, 3, 3]) == words
    assert split_words(split) == words.partition("\n")[0]


def test_targets_in_words():
    assert targets_words({}, False) == ""
    assert targets_words({"labels": {str(label): 5 for label in range(100)}}, False) == "100, 5 of each"
    assert targets_words({"labels": {str(label): 5 + label for label in range(100)}}, False) == "100, 5 to 104 of each"
    values = {"shape": [1], "mean": 0.1234567, "deviation": 1.0}
    assert targets_words({"targets": values}, False) == "mean 0.1235, deviation 1"
    assert targets_words({"targets": {**values, "shape": [28, 28]}}, True) == (
        "28 × 28 values each, mean 0.1235, deviation 1 after they are standardized on the training part"
    )


def test_times_in_words():
    assert [seconds_words(seconds) for seconds in (0.012, 11, 300, 28_000)] == [
        "0.012 s",
        "11 s",
        "5 minutes",
        "8 hours",
    ]


# ---------------------------------------------------------------- --plot


def drawn(samples, layers=()):
    """The texts of a figure, its axes included."""
    from matplotlib.text import Text

    figure = task_figure("ours", "A summary.", samples, layers)
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()], figure


RNG = np.random.default_rng(0)
Y = np.arange(40, dtype="int32") % 3
SHADES = RNG.random((40, 64)).astype("float32")
FORMS = {
    "gray": (
        SHADES.reshape(40, 8, 8, 1),
        "images",
        "the first 24 training examples, each with its target; 8 × 8 pixels",
    ),
    "colour": (RNG.normal(size=(40, 8, 6, 3)).astype("float32"), "images", "; 8 × 6 pixels"),
    "bytes": (RNG.integers(0, 256, (40, 8, 8, 3)).astype("uint8"), "images", "; 8 × 8 pixels"),
    "flat": (SHADES, "images", "; 64 numbers as 8 × 8 pixels"),
    "rows": (SHADES.reshape(40, 8, 8), "images", "; 64 numbers as 8 × 8 pixels"),
    "one-hot": (np.eye(64, dtype="float32")[:40], "columns", "40 training examples, 12 of 64 columns"),
    "table": (RNG.normal(size=(40, 5)).astype("float32"), "columns", "40 training examples, 5 columns"),
    "square table": (RNG.normal(size=(40, 25)).astype("float32"), "columns", "12 of 25 columns"),
    "number": (RNG.normal(size=40).astype("float32"), "columns", "40 training examples, 1 column"),
    "video": (RNG.normal(size=(40, 2, 4, 4, 3)).astype("float32"), "columns", "12 of 96 columns"),
    "sequence": (RNG.normal(size=(40, 20, 2)).astype("float32"), "sequences", "the first 6 training examples, "),
    "many channels": (RNG.normal(size=(40, 7, 30)).astype("float32"), "sequences", "; 7 steps, 10 of 30 channels"),
    "constant": (np.ones((40, 7, 1), "float32"), "sequences", "; 7 steps, 1 channel"),
    "codes": (RNG.integers(0, 9, (40, 50)).astype("int32"), "codes", "; 50 codes each"),
}


@pytest.mark.parametrize("name", FORMS)
def test_examples_are_drawn_in_the_form_that_suits_them(name):
    x, form, caption = FORMS[name]
    assert form_of(x) == form
    texts, figure = drawn(Samples(x, Y))
    assert any(caption in text for text in texts)
    if form != "columns":
        assert {"0", "1", "2"} <= set(texts)  # labels
    else:
        assert "target" in texts
    images = [image for axes in figure.axes for image in axes.images]
    assert len(images) == (24 if form == "images" else 0)
    for image in images:
        assert 0 <= image.get_array().min() <= image.get_array().max() <= 1


def test_few_examples_and_targets_of_many_numbers_are_drawn_as_well():
    for x, _, _ in FORMS.values():
        texts, _ = drawn(Samples(x[:2], np.zeros((2, 4), "float32"), standardized=True))
        assert not any("target" in text for text in texts)
    texts, _ = drawn(Samples(SHADES[:2], np.array([[0.12345], [2]], "float32"), standardized=True))
    assert {"0.123", "2"} <= set(texts)
    assert any("each with its standardized target" in text for text in texts)


def test_codes_are_written_with_runs_and_cut_where_there_is_no_room():
    assert code_lines(np.array([7, 7, 7, 1, 0, 0, 0, 0])) == ["7 7 7 1 0 (4 times)"]
    lines = code_lines(np.arange(10_000))
    assert len(lines) == 3
    assert lines[0].startswith("0 1 2 3")
    assert lines[-1].endswith(" …")
    assert max(map(len, lines)) <= 92


def test_codes_are_written_as_what_they_stand_for():
    letters = ["a", "$", "\n"]
    assert text_lines(np.array([0, 1, 2, 0, 1]), letters) == ["a$⏎a$"]
    assert text_lines(np.array([1, 2, 0, 0]), ["", "in", "the"]) == ["in the"]
    assert text_lines(np.array([0, 5]), letters) == ["a�"]  # no code of the vocabulary
    lines = text_lines(np.arange(1000) % 2, letters, 40)
    assert [len(line) for line in lines] == [40, 40, 40]
    assert lines[-1].endswith(" …")
    x = np.array([[0, 1, 2, 0, 1]] * 9, "int32")
    texts, _ = drawn(Samples(x, Y[:9], vocabulary=letters))
    assert "a$⏎a$" in texts


def test_the_table_of_layers_has_a_sum_and_grows():
    layers = [
        Layer("inputs", "", (5,), 0),
        Layer("dense_1", "Dense", (1000,), 6000),
        Layer("x" * 40, "Dense", (), 1001),
    ]
    texts, small = drawn(Samples(SHADES, Y), layers)
    assert {"dense_1", "Dense", "1,000", "6,000", "together", "7,001", "x" * 21 + "…"} <= set(texts)
    _, tall = drawn(Samples(SHADES, Y), layers * 30)
    assert tall.get_figheight() > 2 * small.get_figheight()


def test_a_task_is_drawn_after_its_facts(folder):
    text = said("ours", "--plot")
    assert text.startswith("task 'ours'")
    assert text.endswith("\nWrote ours.png\n")
    with Image.open(folder / "ours.png") as picture:
        assert picture.width > 1000
    said("task:ours", "--plot", "--output", "a.svg")
    picture = (folder / "a.svg").read_text(encoding="utf-8")
    for part in ("4 × 4 × 3", "conv_1", "Conv2D", "4 × 4 × 2", "flatten_1", "32", "output_1", "99", "155"):
        assert f">{part}</text>" in picture


@pytest.mark.parametrize("name", ["digits_mlp", "noisy_quadratic", "saddle"])
def test_bundled_tasks_are_drawn_with_the_parameters_of_their_certificates(name, bundled, folder):
    said(name, "--plot", "--output", "a.svg")
    picture = (folder / "a.svg").read_text(encoding="utf-8")
    certificate = committed(name, bundled)
    total = certificate["network"]["parameters"] if certificate else 2
    assert f">{total:,}</text>" in picture
    assert ("its surface" in picture) == (name == "saddle")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("ours --plot --output a.gif", "--output must end in .png, .svg or .pdf. Received: 'a.gif'."),
        ("task:our --plot", "unknown task 'our'. Did you mean 'ours'?"),
        ("gone --plot", "task 'gone' cannot be drawn: FileNotFoundError: no such file"),
        ("absent --plot", "task 'absent' cannot be drawn: its package is missing. Run: pip install it"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(arguments, message, folder):
    errors = {
        "gone": "FileNotFoundError('no such\\n  file')",
        "absent": "bs.BenchsuiteError('its package is missing. Run: pip install it')",
    }
    for name, error in errors.items():
        text = OURS.replace('"ours"', f'"{name}"').replace("    import numpy as np\n", f"    raise {error}\n", 1)
        (folder / f"tasks/{name}.py").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["info", *arguments.split()])
    assert isinstance(done.exception, bs.BenchsuiteError), (done.output, done.exception)
    assert str(done.exception).startswith(message)
    assert sorted(path.name for path in folder.iterdir() if path.name != "__pycache__") == ["tasks"]
