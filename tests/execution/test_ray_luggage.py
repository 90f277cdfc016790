"""What of a user's files travels to nodes, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.ray.luggage import packed
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
    with pytest.raises(BenchsuiteError, match=r"do not travel to nodes: .* more than 1 MiB"):
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
