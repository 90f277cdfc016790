"""What of a user's files travels to nodes, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.ray.luggage import packed
from benchsuite.execution.ray.named import variables_named, words_of
from benchsuite.registry import Plugin, PluginSearch, Registry, load_registry

PLUGIN = """
import benchsuite as bs

def make(learning_rate):
    import keras
    from {helper} import MOMENTUM
    return keras.optimizers.SGD(learning_rate, momentum=MOMENTUM)

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="{name}", make=make, space={{"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)}},
                         summary="One.", reference="none")]
"""


def test_a_users_files_are_the_same_plugins_on_a_node(tmp_path: Path) -> None:
    working, beside = tmp_path / "mine", tmp_path / "beside"
    (working / "plugins").mkdir(parents=True)
    beside.mkdir()
    (working / "plugins" / "first.py").write_text(PLUGIN.format(name="first", helper="_shared"), encoding="utf-8")
    (working / "plugins" / "_shared.py").write_text("MOMENTUM = 0.8\n", encoding="utf-8")
    (working / "plugins" / "table.csv").write_text("0.1\n", encoding="utf-8")
    (beside / "second.py").write_text(PLUGIN.format(name="second", helper="its_part"), encoding="utf-8")
    (beside / "its_part.py").write_text("MOMENTUM = 0.7\n", encoding="utf-8")
    (beside / "secret.txt").write_text("not asked for\n", encoding="utf-8")
    (working / "unasked.py").write_text("x = 1\n", encoding="utf-8")
    here = PluginSearch(("../beside/second.py",), str(working))
    known = load_registry(here)
    expected = {name: known.fingerprint("optimizer", name) for name in ("first", "second")}
    luggage = packed(here, known)
    assert sorted(Path(name).name for name in luggage.files) == [
        "_shared.py", "first.py", "its_part.py", "second.py", "table.csv",
    ]  # fmt: skip
    node = tmp_path / "node"
    node.mkdir()
    there = luggage.unpack(node)
    for path in (*working.rglob("*"), *beside.rglob("*")):  # a node has none of these
        if path.is_file():
            path.unlink()
    origins = {plugin.origin for plugin in known.plugins if plugin.origin != "bundled"}
    assert origins == {"./plugins/first.py", "--plugin ../beside/second.py"}
    found = load_registry(there, only=origins)
    assert {plugin.origin for plugin in found.plugins if plugin.origin != "bundled"} == origins
    assert {name: found.fingerprint("optimizer", name) for name in expected} == expected


def test_more_than_travels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "data.bin").write_bytes(bytes(2**20))
    monkeypatch.setattr("benchsuite.execution.ray.luggage.LARGEST", 2**20)
    (tmp_path / "plugins" / "first.py").write_text("x = 1", encoding="utf-8")
    known = Registry(plugins=[Plugin("first", "./plugins/first.py", root=tmp_path / "plugins")])
    with pytest.raises(BenchsuiteError, match=r"does not travel to nodes: .* more than 1 MiB"):
        packed(PluginSearch((), str(tmp_path)), known)


def test_a_module_of_no_distribution_is_refused() -> None:
    registry = Registry(
        plugins=[Plugin("mine", "--plugin mine"), Plugin("theirs", "--plugin theirs", distribution=("t", "1"))]
    )
    assert packed(PluginSearch(("theirs",), local=False), registry).files == {}
    with pytest.raises(
        BenchsuiteError, match=r"--plugin mine is a module of no installed distribution, and does not travel"
    ):
        packed(PluginSearch(("mine",), local=False), registry)


READS = """
import os
from pathlib import Path
import benchsuite as bs
{looks}

def make(learning_rate):
    import keras
    momentum = float(os.environ.get("MY_MOMENTUM", "0")) + float(Path("m.cfg").read_text())
    momentum += float((Path("numbers") / "more.txt").read_text())
    return keras.optimizers.SGD(learning_rate, momentum=momentum)

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="{name}", make=make, space={{"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)}},
                         summary="One.", reference="none")]
"""


def test_what_code_names_in_quotes_travels_and_nothing_else_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "mine"
    (here / "plugins").mkdir(parents=True)
    (here / "plugins" / "reads.py").write_text(READS.format(name="reads", looks=""), encoding="utf-8")
    (here / "numbers").mkdir()
    for name in ("m.cfg", "secret.cfg", "more.txt", "numbers/more.txt", "numbers/secret.txt"):
        (here / name).write_text("0.25", encoding="utf-8")
    (here / "more.txt").unlink()
    monkeypatch.setenv("MY_MOMENTUM", "0.5")
    monkeypatch.setenv("SECRET", "not asked for")
    search = PluginSearch((), str(here))
    known = load_registry(search)
    luggage = packed(search, known)
    assert sorted(luggage.files) == ["mine/m.cfg", "mine/numbers/more.txt", "mine/plugins/reads.py"]
    assert luggage.variables["MY_MOMENTUM"] == "0.5"
    assert "SECRET" not in luggage.variables
    assert luggage.stays == ()
    monkeypatch.delenv("MY_MOMENTUM")
    assert packed(search, known).variables["MY_MOMENTUM"] is None  # a node's own would be another number
    monkeypatch.setattr("benchsuite.execution.ray.luggage.LARGEST", (here / "plugins" / "reads.py").stat().st_size + 4)
    (line,) = packed(search, known).stays
    assert line.startswith(f"{here}/numbers/more.txt, which a plugin names, does not travel to nodes: with it there")


def test_of_what_lies_beside_a_given_file_travels_what_it_names_and_a_line_tells_of_the_rest(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    side = tmp_path / "be side"
    (side / "data").mkdir(parents=True)
    for name in ("m.txt", "data/n.txt", "other.csv", "unread.py", ".hidden"):
        (side / name).write_text("0.25", encoding="utf-8")
    looks = 'M = (Path(__file__).with_name("m.txt"), Path(__file__).parent / "data" / "n.txt")'
    (side / "looks.py").write_text(READS.format(name="looks", looks=looks), encoding="utf-8")
    (side / "stays.py").write_text(READS.format(name="stays", looks=""), encoding="utf-8")
    search = PluginSearch(("../be side/looks.py", "../be side/stays.py"), str(tmp_path / "work"))
    luggage = packed(search, load_registry(search))
    names = [
        "given-0/be side/data/n.txt",
        "given-0/be side/looks.py",
        "given-0/be side/m.txt",
        "given-1/be side/stays.py",
    ]
    assert sorted(luggage.files) == names
    assert luggage.stays == (
        "not everything beside looks.py travels to nodes: it looks there (__file__) and does not name other.csv. "
        "If that is read, put it and looks.py into ./plugins",
    )


def test_variables_of_a_machine_stay_its_own() -> None:
    own = (
        "PATH",
        "HOME",
        "TMPDIR",
        "LD_PRELOAD",
        "CUDA_VISIBLE_DEVICES",
        "RAY_ADDRESS",
        "PYTHONPATH",
        "BENCHSUITE_CACHE",
        "https_proxy",
        "KERAS_HOME",
        "HF_HOME",
        "HF_HUB_CACHE",
        "TFDS_DATA_DIR",
    )
    others = ("LDAP", "RAYS", "HOMES", "MY_HOME_RUN", "momentum")
    assert variables_named({*own, *others, "no name"}, dict.fromkeys(own + others, "1")) == dict.fromkeys(others, "1")


def test_what_is_no_python_names_nothing() -> None:
    assert words_of(b"def (") == words_of(b"\0") == set()
    assert words_of(b"x = 'a' + f'b{x}' + '\\d'\n") == {"a", "b", "\\d"}
