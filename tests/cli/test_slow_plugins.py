"""A plugin that imports a large library when it is loaded: lists show it without loading it twice, and say what to move."""

import os
import subprocess
import sys

import pytest

LIBRARY = """
import os
with open(os.environ["LOADED"], "a") as file:
    file.write("x")
os.write(2, b"I0000 00:00:1795750145.139913 29978 port.cc:153] the library's log\\nsomething that matters\\n")
class Optimizer:
    pass
"""
PLUGIN = """
import torch
import benchsuite as bs

class Mine(torch.Optimizer):
    pass

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="NAME", make=Mine, summary="Of my own.", default=DEFAULT)]
"""


@pytest.fixture
def verb(tmp_path):
    """Runs a verb in a folder with one plugin, beside a library that says when it is loaded; returns how often it was."""
    library = tmp_path / "library"
    library.mkdir()
    (library / "torch.py").write_text(LIBRARY)
    (tmp_path / "plugins").mkdir()
    loaded = tmp_path / "loaded"

    def run(*arguments, name="mine", default=False):
        source = PLUGIN.replace("NAME", name).replace("DEFAULT", str(default))
        (tmp_path / "plugins" / "slow.py").write_text(source)
        loaded.write_text("")
        found = subprocess.run(
            [sys.executable, "-m", "benchsuite", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(library),
                "LOADED": str(loaded),
                "BENCHSUITE_CACHE": str(tmp_path / "cache"),
            },
        )
        assert found.returncode == 0, found.stderr
        return found.stdout, found.stderr, len(loaded.read_text())

    return run


def test_a_list_loads_it_once_in_all_and_says_what_to_move(verb):
    first, then = verb("list", "optimizer"), verb("list", "optimizer")
    assert (first[2], then[2]) == (1, 0)
    for said, errors, _ in (first, then):
        assert [line for line in said.splitlines() if line.startswith("mine\t")] == [
            "mine\toptimizer\tOf my own.\t./plugins/slow.py"
        ]
        (line,) = errors.splitlines()
        assert line.startswith("benchsuite: ./plugins/slow.py imports torch when it is loaded")
    # Whoever needs it loads it, without the library's log.
    said, errors, times = verb("info", "mine")
    assert (times, errors) == (1, "something that matters\n")
    assert "Of my own." in said


@pytest.mark.parametrize(
    "changed", [{"name": "sgd"}, {"default": True}], ids=["a name that is taken", "a second default"]
)
def test_where_it_has_a_say_in_others_it_is_loaded(verb, changed):
    said, _, times = verb("list", "optimizer", **changed)
    assert times == 2
    assert "broken slow (./plugins/slow.py)" in said


def test_what_it_reads_meanwhile_belongs_to_what_is_kept(verb, tmp_path, monkeypatch):
    names = tmp_path / "names.txt"
    names.write_text("first")
    monkeypatch.setenv("ENDING", "a")
    reads = '" + open("names.txt").read() + __import__("os").environ["ENDING"] + "'

    def listed():
        said, _, times = verb("list", "optimizer", name=reads)
        return [line.split("\t")[0] for line in said.splitlines() if "slow.py" in line], times

    assert listed() == (["firsta"], 1)
    assert listed() == (["firsta"], 0)
    names.write_text("second")
    assert listed() == (["seconda"], 1)
    monkeypatch.setenv("ENDING", "b")
    assert listed() == (["secondb"], 1)
    assert listed() == (["secondb"], 0)


def test_whoever_loads_it_and_finds_other_names_makes_lists_forget(verb, tmp_path):
    hidden = tmp_path / "hidden"  # nobody sees a child process read
    hidden.write_text("first")
    reads = f'" + __import__("subprocess").check_output(["cat", "{hidden}"], text=True) + "'

    def listed():
        return [
            line.split("\t")[0] for line in verb("list", "optimizer", name=reads)[0].splitlines() if "slow.py" in line
        ]

    assert listed() == ["first"]
    hidden.write_text("second")
    verb("info", "second", name=reads)
    assert listed() == ["second"]


def test_one_that_fails_behind_the_library_costs_it_once_and_prints_no_log(verb):
    failing = '" + nowhere + "'
    first, then = verb("list", "optimizer", name=failing), verb("list", "optimizer", name=failing)
    assert (first[2], then[2]) == (1, 0)
    for said, errors, _ in (first, then):
        assert "broken slow (./plugins/slow.py): NameError: name 'nowhere' is not defined" in said
        assert "port.cc" not in said + errors
