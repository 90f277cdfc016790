"""``benchsuite trace``, as a user sees it."""

import pytest
from PIL import Image
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.errors import BenchsuiteError

BOWL = """
import benchsuite as bs

def value(theta):
    return (theta[..., 0] - 1) ** 2 + theta[..., 1] ** 2

def data():
    import numpy as np
    return bs.Arrays(np.zeros((3, 1), "float32"), np.zeros(3, "float32"))

def model(blocks, inputs):
    return blocks.parameter((2,), start=[0.5, -1])(inputs)

def loss(model, batch, training):
    return value(model(batch[0]))

@bs.hookimpl
def register_tasks():
    surface = bs.Surface(value=value, x=(-2, 2), y=(-2, 2), start=(0.5, -1), minima=[(1, 0)])
    return [bs.Task(name="bowl", data=data, split=bs.HoldOut(1, 1, 1), model=model, loss=loss, primary="loss",
                    batch_size=1, epochs=2, steps_per_epoch=20, surface=surface,
                    baseline={"optimizer": "sgd[learning_rate=0.1]"})]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bowl.py").write_text(BOWL, encoding="utf-8")
    return tmp_path


def said(*arguments):
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["trace", *arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    assert done.stderr == ""
    return done.stdout


def test_a_surface_of_a_plugin_is_drawn_in_every_form(folder):
    text = said(
        "bowl",
        "--plugin",
        "bowl.py",
        "--optimizer",
        "sgd[learning_rate=0.1,0.2,5]",
        "--steps",
        "12",
        "--output",
        "a.gif",
    )
    head, *lines, last = text.splitlines()
    assert head == "bowl from (0.5, -1): f − f* at the end, and how it ended"
    assert [line.split() for line in lines] == [
        ["sgd[learning_rate=0.1]", "5.9e-03", "12", "steps", "completed"],
        ["sgd[learning_rate=0.2]", "5.9e-06", "12", "steps", "completed"],
        ["sgd[learning_rate=5]", "8.2e+03", "2", "steps", "diverged"],
    ]
    assert max(map(len, lines)) <= 80
    assert last == "Wrote a.gif"
    with Image.open(folder / "a.gif") as picture:
        assert picture.n_frames > 10


def test_without_optimizer_the_baseline_is_drawn_into_a_file_of_the_surface_s_name(folder):
    text = said("bowl", "--plugin", "bowl.py", "--steps", "3")
    assert text.splitlines()[1].split() == ["sgd[learning_rate=0.1]", "3.3e-01", "3", "steps", "completed"]
    with Image.open(folder / "trace-bowl.png") as picture:
        assert picture.width > 1000


def test_a_learning_rate_for_all_leaves_what_a_selection_names(folder):
    text = said("bowl", "--plugin", "bowl.py", "--steps", "2", "--learning-rate", "0.2", "--output", "a.svg",
                "--optimizer", "sgd,sgd[learning_rate=0.01]")  # fmt: skip
    assert [line.split()[0] for line in text.splitlines()[1:3]] == ["sgd[learning_rate=0.2]", "sgd"]
    assert (folder / "a.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("digits_mlp", "task 'digits_mlp' has no surface to draw. Those that have one: beale, himmelblau, plateau, "),
        ("rosenbrok", "unknown surface 'rosenbrok'. Did you mean 'rosenbrock'? Known: beale, "),
        ("beale --output a.bmp", "--output must end in .png, .svg, .pdf or .gif. Received: 'a.bmp'."),
        ("beale --output no/a.png", "cannot write 'no/a.png': the folder 'no' does not exist. Name a file in a folder "),
        ("beale --steps 0", "--steps must be a whole number from 1 to 100000. Received: 0."),
        ("beale --seed -1", "--seed must be a whole number from 0. Received: -1."),
        ("beale --optimizer adm", "unknown optimizer 'adm'. Did you mean 'adam"),
        ("beale --learning-rate 0.1", "--learning-rate needs --optimizer: a baseline has its own. Name the optimizers."),
        (
            "beale --optimizer sgd --learning-rate 50",
            "--learning-rate: learning_rate of optimizer 'sgd' must be a number from 1e-05 to 10 (log scale). Received: 50.0.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_before_any_work(folder, arguments, message):
    done = CliRunner().invoke(app, ["trace", *arguments.split()])
    assert isinstance(done.exception, BenchsuiteError)
    assert str(done.exception).startswith(message)
    assert done.stdout == ""
    assert sorted(path.name for path in folder.iterdir()) == ["bowl.py"]
