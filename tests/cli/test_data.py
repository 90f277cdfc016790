"""``benchsuite data``, as a user sees it: a list that reads nothing, a check, and fetching, which alone downloads."""

import json

import pytest
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.cli.app import app
from benchsuite.data import read
from benchsuite.registry import PluginSearch, load_registry

NUMBERS = """
from pathlib import Path
import benchsuite as bs

CACHE = Path(__file__).parent.parent / "cache"

def download():
    CACHE.mkdir(exist_ok=True)
    with open(CACHE / "numbers.txt", "a") as file:
        file.write("1 2 3\\n")
    print("downloading 100 %")

def data():
    import numpy as np
    if not (CACHE / "numbers.txt").is_file():
        raise bs.BenchsuiteError("numbers.txt is missing. Run: benchsuite data fetch numbers")
    y = np.arange(30, dtype="int32") % 3
    return bs.Arrays(np.eye(3, dtype="float32")[y], y)

def broken():
    raise OSError("no [network] here")

def unpackaged():
    raise bs.BenchsuiteError("the data are a file of the package figures. Run: pip install figures")

def model(blocks, inputs):
    return blocks.output(3)(inputs)

def task(name, data, download=None, source="somewhere.sets.numbers; a mirror"):
    return bs.Task(name=name, data=data, download=download, source=source, license="CC0", split=bs.HoldOut(0.6, 0.2, 0.2),
                   model=model, loss="cross_entropy", primary="loss", batch_size=4, epochs=1)

@bs.hookimpl
def register_tasks():
    return [task("one", data, download), task("two", data, download), task("cut_off", data, broken),
            task("packaged", unpackaged, source="figures, a package")]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks/numbers.py").write_text(NUMBERS, encoding="utf-8")
    return tmp_path


def said(*arguments, code=0):
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["data", *arguments])
    assert done.exit_code == code, (done.output, done.exception)
    assert done.stderr == ""
    return done.stdout


def refused(*arguments):
    done = CliRunner().invoke(app, ["data", *arguments])
    assert isinstance(done.exception, bs.BenchsuiteError), done.output
    return str(done.exception)


def cached(folder):
    file = folder / "cache/numbers.txt"
    return file.read_text(encoding="utf-8").count("\n") if file.is_file() else 0


def checksum():
    return read(load_registry(PluginSearch()).task("one")).checksum


def certify(folder, version=1, found="0123456789abcdef"):
    (folder / "tasks/certificates").mkdir(exist_ok=True)
    certificate = {
        "version": version,
        "data": {
            "checksum": found,
            "inputs": {"shape": [3], "type": "float32"},
            "parts": [18, 6, 6],
            "labels": {"0": 30},
        },
        "network": {"parameters": 8, "kernels": 1},
        "loss": {"start": 1.0, "after_steps": 0.9, "of_zeros": None, "theory": None},
        "gradient": {"difference": 0.0},
        "few": {"start": 1.0, "end": 0.5, "steps": 10, "learned": True},
    }
    (folder / "tasks/certificates/one.json").write_text(json.dumps(certificate), encoding="utf-8")


def test_a_list_reads_and_downloads_nothing(folder):
    certify(folder)
    lines = [line.rstrip() for line in said("one", "two", "packaged").splitlines()]
    assert lines == [
        "somewhere.sets.numbers; a mirror",
        "  CC0",
        "  if missing: benchsuite data fetch one",
        "  one      full                30×3   0.0 MB 0123456789abcdef",
        "  two      full     not certified",
        "figures, a package",
        "  CC0",
        "  packaged full     not certified",
        "",
        "Whether they are here: benchsuite data --check, which reads them all.",
    ]
    assert not (folder / "cache").exists()


def test_every_task_is_listed_at_80_columns(bundled, folder):
    lines = [line.rstrip() for line in said().splitlines()]
    for name in bundled.names("task"):
        assert [line for line in lines if line.startswith(f"  {name} ")], name
    assert max(map(len, lines)) <= 80


def test_a_check_says_what_is_missing_once_and_what_to_do(folder):
    lines = [line.rstrip() for line in said("one,two,packaged", "--check", code=1).splitlines()]
    assert lines[3:6] == [
        "  ✗ one      full     not certified",
        "    numbers.txt is missing. Run: benchsuite data fetch numbers",
        "  ✗ two      full     not certified",
    ]
    assert lines[8:] == [
        "  ✗ packaged full     not certified",
        "    the data are a file of the package figures. Run: pip install figures",
        "",
        "0 of 3 tasks have their data here.",
    ]
    assert not (folder / "cache").exists()


def test_fetch_downloads_once_and_reads_what_it_fetched(folder):
    text = said("fetch", "one", "two")
    assert text.splitlines() == [
        "one",
        "downloading 100 %",
        "  ✓ fetched, from somewhere.sets.numbers; a mirror",
        "two",
        "  ✓ fetched, from somewhere.sets.numbers; a mirror",
    ]
    assert cached(folder) == 1
    certify(folder, found=checksum())
    assert "✓ fetched, from somewhere.sets.numbers; a mirror; as certified" in said("fetch", "one")
    lines = said("one", "two", "--check").splitlines()
    assert [line.split() for line in lines[3:5]] == [
        ["✓", name, "full", "30×3", "0.0", "MB", checksum()] for name in ("one", "two")
    ]
    assert lines[-1] == "2 of 2 tasks have their data here."


@pytest.mark.parametrize("name", ["numbers", "somewhere.sets.numbers", "o*", "one"])
def test_tasks_are_found_by_name_pattern_and_loader(name, folder):
    every = "two" in said(name)
    assert every == ("numbers" in name)
    if name == "numbers":  # one of them cannot be fetched
        assert "download failed" in said("fetch", name, code=1)
        assert cached(folder) == 1


def test_a_fetch_that_fails_is_one_line_and_code_1(folder):
    assert said("fetch", "cut_off", "packaged", code=1).splitlines() == [
        "cut_off",
        "  ✗ download failed: OSError: no [network] here",
        "packaged",
        "  ✗ the data are a file of the package figures. Run: pip install figures",
        "2 of 2 tasks without their data.",
    ]


def test_what_has_nothing_to_fetch_says_so(folder):
    assert said("fetch", "digits_mlp").splitlines()[1] == (
        "  ✓ nothing to fetch, the data are here, from scikit-learn, sklearn/datasets/data/digits.csv.gz; as certified"
    )


def test_other_data_than_certified_are_refused(folder):
    certify(folder)
    problem = "these are not the data of the certificate, whose checksum is 0123456789abcdef"
    assert said("fetch", "one", code=1).splitlines()[2] == f"  ✗ {problem}"
    assert problem in " ".join(said("one", "--check", code=1).split())
    certify(folder, version=2)  # says nothing of version 1
    assert "as certified" not in said("fetch", "one")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("fetch", "nothing to fetch. Name tasks: benchsuite data fetch TASK. Those that can: "),
        ("fetch on", "unknown task 'on'. Did you mean 'one'?"),
        ("fetc one", "unknown task 'fetc'."),
        ("fetch one --check", "--check is for the list; fetch checks what it fetched. Leave one of them out."),
    ],
)
def test_what_is_misunderstood_is_refused(arguments, message, folder):
    assert refused(*arguments.split()).startswith(message)
    assert cached(folder) == 0


def test_a_download_is_a_function(folder):
    path = folder / "tasks/numbers.py"
    path.write_text(
        NUMBERS.replace("broken), ", "'https://x'), ").replace("data, broken", "data, 'x'"), encoding="utf-8"
    )
    (plugin,) = load_registry(PluginSearch()).broken
    assert plugin.reason == (
        "download of task 'cut_off' must be a function, or None if there is nothing to fetch. Received: 'x'."
    )
