"""``benchsuite lr-range`` and ``benchsuite info --plot``: real runs, files, and what is refused."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Registry

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*arguments: str) -> str:
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, list(arguments), catch_exceptions=False)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    return done.stdout


def refused(*arguments: str) -> str:
    with pytest.raises(BenchsuiteError) as caught:
        CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    text = str(caught.value)
    assert "\n" not in text
    return text


# ---------------------------------------------------------------- lr-range


def test_the_stable_limit_of_a_quadratic_shows(folder: Path) -> None:
    """Gradient descent on eigenvalues up to 1 is stable below a rate of 2/1."""
    text = said("lr-range", "noisy_quadratic", "sgd")
    match = re.search(r"^Worth trying: (\S+) to (\S+)$", text, re.MULTILINE)
    assert match, text
    low, high = float(match[1]), float(match[2])
    assert 1e-3 < low < 0.05 < high < 2
    lowest = re.search(r"lowest \S+ at rate (\S+) ", text)
    assert lowest
    assert 1 < float(lowest[1]) < 2.5
    done = re.search(r"(\d+) of 200 steps, rates 1e-05 to (\S+)$", text, re.MULTILINE)
    assert done, text  # it stopped by itself, soon after the limit
    assert 2 < float(done[2]) < 6
    assert (folder / "lr-range-noisy_quadratic-sgd.png").read_bytes().startswith(PNG)
    assert text.splitlines()[-1] == "Wrote lr-range-noisy_quadratic-sgd.png"


def test_bounds_steps_seed_and_file_are_the_users(folder: Path) -> None:
    text = said(
        "lr-range", "noisy_quadratic", "momentum[momentum=0.5]", "--low", "1e-4", "--high", "1e-3", "--steps", "40",
        "--seed", "3", "--output", "test.svg",
    )  # fmt: skip
    assert text.startswith("momentum[momentum=0.5] on noisy_quadratic, seed 3\n  40 steps, rates 0.0001 to 0.001\n")
    drawn = (folder / "test.svg").read_text(encoding="utf-8")
    assert "momentum[momentum=0.5] on noisy_quadratic" in drawn
    assert [path.name for path in folder.iterdir()] == ["test.svg"]


def test_a_range_test_repeats_bit_for_bit(bundled: Registry) -> None:
    import numpy as np

    from benchsuite.engine.range_test import range_test
    from benchsuite.recipe import Setting

    sgd = Setting.of(bundled.component("optimizer", "sgd"))
    task = bundled.task("noisy_quadratic")
    first, again = (range_test(task, sgd, bundled, 1e-4, 1.0, steps=30) for _ in range(2))
    assert np.array_equal(first.losses, again.losses)
    assert np.array_equal(first.rates, again.rates)
    assert first.rates[[0, -1]] == pytest.approx([1e-4, 1.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("noisy_quadrati sgd", "unknown task 'noisy_quadrati'. Did you mean 'noisy_quadratic'?"),
        ("noisy_quadratic sgdd", "unknown optimizer 'sgdd'. Did you mean 'sgd'?"),
        (
            "noisy_quadratic sgd,momentum",
            "a range test takes one optimizer with one value for each hyperparameter. "
            "Received: 'sgd,momentum', which selects 2 (sgd, momentum).",
        ),
        (
            "noisy_quadratic momentum[momentum=0.5,0.9]",
            "a range test takes one optimizer with one value for each hyperparameter. "
            "Received: 'momentum[momentum=0.5,0.9]', which selects 2 (momentum).",
        ),
        ("noisy_quadratic sgd+momentum", "a recipe holds one optimizer. Received: 'sgd+momentum'."),
        (
            "noisy_quadratic sgd[learning_rate=0.5]",
            "a range test sets the learning rate itself. Received: 'sgd[learning_rate=0.5]'. "
            "Leave learning_rate out; --low and --high bound it.",
        ),
        ("noisy_quadratic sgd --low 0.1 --high 0.01", "--low must be above 0 and below --high. Received: low 0.1, high 0.01."),
        ("noisy_quadratic sgd --low 0.1 --high 0.1", "--low must be above 0 and below --high. Received: low 0.1, high 0.1."),
        (
            "noisy_quadratic sgd --low nan",
            "--low: learning_rate of optimizer 'sgd' must be a number from 1e-05 to 10 (log scale). Received: nan.",
        ),
        (
            "noisy_quadratic sgd --high 100",
            "--high: learning_rate of optimizer 'sgd' must be a number from 1e-05 to 10 (log scale). Received: 100.0.",
        ),
        ("noisy_quadratic sgd --steps 9", "--steps must be a whole number from 10 to 100000. Received: 9."),
        ("noisy_quadratic sgd --seed -1", "--seed must be a whole number from 0. Received: -1."),
        ("noisy_quadratic sgd --output x.bmp", "--output must end in .png, .svg or .pdf. Received: 'x.bmp'."),
        (
            "noisy_quadratic sgd --output no/x.png",
            "cannot write 'no/x.png': the folder 'no' does not exist. Name a file in a folder that exists.",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_before_any_work(arguments: str, message: str, folder: Path) -> None:
    assert refused("lr-range", *arguments.split()).startswith(message)
    assert list(folder.iterdir()) == []


def test_an_optimizer_without_a_learning_rate_is_refused(folder: Path) -> None:
    (folder / "plugins").mkdir()
    (folder / "plugins/odd.py").write_text(
        "import benchsuite as bs\n\n@bs.hookimpl\ndef register_optimizers():\n    return [\n"
        "        bs.Optimizer(name='rateless', make=lambda size: None, space={'size': bs.Uniform(0.0, 1.0, default=0.5)}),\n"
        "        bs.Optimizer(name='fixed', make=lambda learning_rate: None, space={'learning_rate': bs.Fixed(0.1)}),\n"
        "    ]\n",
        encoding="utf-8",
    )
    assert refused("lr-range", "noisy_quadratic", "rateless") == (
        "optimizer 'rateless' has no learning_rate to vary. Its hyperparameters: size. Name another optimizer."
    )
    assert refused("lr-range", "noisy_quadratic", "fixed") == (
        "learning_rate of optimizer 'fixed' is 0.1 (fixed); a range test needs a range. Name another optimizer."
    )


# ---------------------------------------------------------------- info --plot


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("cosine", "cosine.png"),
        ("reduce_on_plateau", "reduce_on_plateau.png"),
        ("schedule:warmup+cosine", "warmup+cosine.png"),
        ("step[factor=0.1,0.5],warmup+sgdr", "step-warmup+sgdr.png"),
        ("schedule:*", "schedules.png"),
    ],
)
def test_a_schedule_is_drawn_after_its_facts(name: str, file: str, folder: Path) -> None:
    text = said("info", name, "--plot")
    assert text.startswith("schedule '")
    assert text.endswith(f"Wrote {file}\n")
    assert (folder / file).read_bytes().startswith(PNG)


def test_the_drawing_says_what_it_shows(folder: Path) -> None:
    said("info", "warmup[fraction=0.5]+reduce_on_plateau", "--plot", "--output", "both.svg")
    drawn = (folder / "both.svg").read_text(encoding="utf-8")
    assert "warmup[fraction=0.5]+reduce_on_plateau" in drawn
    assert "if the validation loss never improves in 100 epochs" in drawn
    said("info", "cosine", "--plot", "--output", "one.svg")
    drawn = (folder / "one.svg").read_text(encoding="utf-8")
    assert "cosine: learning rate as a multiple of the base rate" in drawn
    assert "never improves" not in drawn


def test_what_is_drawn_of_a_plateau_is_its_reaction(bundled: Registry) -> None:
    from benchsuite.components.schedule import Product
    from benchsuite.report.drawings.schedule import STEPS_PER_EPOCH, course

    values = course(Product([bundled.component("schedule", "reduce_on_plateau").make(0.1, 10, 1e-4, 0, 0.0)]))
    assert values[11 * STEPS_PER_EPOCH - 1] == 1.0
    assert values[11 * STEPS_PER_EPOCH] == pytest.approx(0.1)  # epoch 1 is the best; ten more have not been better


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("adam --plot", "there is no drawing of kind optimizer. Kinds that can be drawn: schedule, task."),
        ("nope --plot", "unknown component or task 'nope'."),
        ("cosin --plot", "unknown component or task 'cosin'. Did you mean 'cosine'?"),
        ("schedule:cosin --plot", "unknown schedule 'cosin'. Did you mean 'cosine'?"),
        ("cosine[final=2] --plot", "final of schedule 'cosine' must be a number from 0 to 0.99. Received: 2."),
        ("cosine --output x.png", "--output is for a drawing. Received: 'x.png' without --plot. Add --plot."),
        ("cosine --plot --output x.gif", "--output must end in .png, .svg or .pdf. Received: 'x.gif'."),
    ],
)
def test_what_cannot_be_drawn_is_one_line(arguments: str, message: str, folder: Path) -> None:
    assert refused("info", *arguments.split()).startswith(message)
    assert list(folder.iterdir()) == []


def test_help_of_both_imports_nothing_heavy() -> None:
    script = (
        "import sys; from benchsuite.cli.app import app\n"
        "for verb in ('lr-range', 'info'):\n    app([verb, '--help'], standalone_mode=False)\n"
        "print(sorted({'tensorflow', 'matplotlib', 'numpy', 'seaborn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
