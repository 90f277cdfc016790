"""A fingerprint changes with the code that a component's numbers depend on: all of it, and nothing else."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import benchsuite as bs
from benchsuite.registry import Plugin, PluginSearch, Registered, Registry, load_registry

PLUGIN = """
import benchsuite as bs

def make(learning_rate):
    return None

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="mine", make=make, space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)})]
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def forget() -> None:
    for name in [name for name in sys.modules if name.startswith(("some_", "other_"))]:
        del sys.modules[name]
    importlib.invalidate_caches()


def of(*plugins: str, folder: Path | None = None) -> str:
    """The fingerprint of ``mine`` as a new process would see it."""
    forget()
    sources = PluginSearch(plugins, str(folder or "."), local=folder is not None)
    return load_registry(sources).entry("optimizer", "mine").fingerprint


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that can be imported."""
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path / "some_pack/__init__.py", "")
    yield tmp_path / "some_pack"
    forget()


@pytest.fixture(autouse=True)
def alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what is bundled and installed, which takes long to look through, except where a test asks for ``bundled_too``."""
    if "bundled_too" not in request.fixturenames:
        monkeypatch.setattr("benchsuite.discovery.candidates.BUNDLED", ())
        monkeypatch.setattr("benchsuite.discovery.candidates._distribution", lambda module: None)


@pytest.fixture
def bundled_too() -> None:
    """What is bundled is there as well."""


# What is followed


@pytest.mark.parametrize(
    "text",
    [
        "import some_pack.steps",
        "import some_pack.steps as s",
        "import some_pack\n\ndef f():\n    return some_pack.steps.x",
        "import some_pack as sp\n\ndef f():\n    return sp.steps.x()",
        "from some_pack import steps",
        "from some_pack import nothing, steps as s",
        "from some_pack.steps import x",
        "from some_pack.steps import *",
        "from . import steps",
        "from .steps import x as y",
        "from . import sub",
        "from .sub.deep import x",
        "def f():\n    from some_pack.steps import x",
        "class K:\n    def f(self):\n        if 1:\n            import some_pack.steps",
        "import importlib\n\ndef f():\n    importlib.import_module('some_pack.steps')",
        "from importlib import import_module\n\ndef f():\n    import_module('.steps', __package__)",
        "import importlib\n\ndef f():\n    importlib.import_module('.steps', package='some_pack')",
        "def f():\n    __import__('some_pack.steps')",
        "try:\n    import no_such\nexcept ImportError:\n    from . import steps",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n    from . import steps",
    ],
)
def test_every_way_of_importing_is_followed(text: str, package: Path) -> None:
    write(package / "__init__.py", "def __getattr__(name):\n    return 0\n")
    write(package / "plugin.py", f"{text}\n{PLUGIN}")
    write(package / "sub/__init__.py", "from ..steps import x\n")
    write(package / "sub/deep.py", "x = 1\n")
    write(package / "steps.py", "x = print\n")
    first = of("some_pack.plugin")
    write(package / "steps.py", "x = repr\n")
    assert of("some_pack.plugin") != first
    write(package / "steps.py", "# still the same\nx = print\n")
    assert of("some_pack.plugin") == first


@pytest.mark.parametrize(("text", "counts"), [("from .sub import *", True), ("from .sub import x", False)])
def test_a_star_imports_the_modules_that_a_package_names(text: str, counts: bool, package: Path) -> None:
    write(package / "plugin.py", f"{text}\n{PLUGIN}")
    write(package / "sub/__init__.py", "x = 1\n__all__ = ['deep']\n__all__ += ['x']\n")
    write(package / "sub/deep.py", "x = 1\n")
    first = of("some_pack.plugin")
    write(package / "sub/deep.py", "x = 2\n")
    assert (of("some_pack.plugin") != first) == counts


@pytest.mark.parametrize(
    "text",
    [
        "x = 'import some_pack.steps'",
        "# import some_pack.steps",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import steps",
        "import typing\nif typing.TYPE_CHECKING:\n    from . import steps",
        "steps = 1",
        "import some_pack",
    ],
)
def test_what_is_not_imported_does_not_count(text: str, package: Path) -> None:
    write(package / "plugin.py", f"{text}\n{PLUGIN}")
    write(package / "steps.py", "x = 1\n")
    first = of("some_pack.plugin")
    write(package / "steps.py", "x = 2\n")
    assert of("some_pack.plugin") == first


def test_the_packages_that_an_import_runs_count(package: Path) -> None:
    write(package / "plugin.py", PLUGIN)
    first = of("some_pack.plugin")
    write(package / "__init__.py", "x = 2\n")
    assert of("some_pack.plugin") != first


@pytest.mark.parametrize(
    "make",
    [
        "STEPS.make",
        "functools.partial(STEPS.make)",
        "functools.cache(STEPS.make)",
        "STEPS.Made()",
        "STEPS.Made().bound",
    ],
)
def test_a_function_counts_wherever_it_came_from(make: str, package: Path) -> None:
    make = make.replace("STEPS", "importlib.import_module('some_' + 'pack.steps')")
    write(package / "plugin.py", f"import functools, importlib\n{PLUGIN.replace('make=make', f'make={make}')}")
    steps = (
        "def make(learning_rate):\n    return RETURNED\n"
        "class Made:\n    def __call__(self, learning_rate):\n        return 0\n"
        "    def bound(self, learning_rate):\n        return 0\n"
    )
    write(package / "steps.py", steps)
    first = of("some_pack.plugin")
    write(package / "steps.py", steps.replace("RETURNED", "1"))
    assert of("some_pack.plugin") != first


def test_a_compiled_module_counts_with_its_bytes(package: Path) -> None:
    write(package / "plugin.py", f"def f():\n    from . import _native\n{PLUGIN}")
    native = package / f"_native{importlib.machinery.EXTENSION_SUFFIXES[0]}"
    native.write_bytes(b"\x7fELF\x00\x01")
    first = of("some_pack.plugin")
    native.write_bytes(b"\x7fELF\x00\x02")
    assert of("some_pack.plugin") != first


def test_the_same_code_in_each_others_place_is_other_code(package: Path) -> None:
    write(package / "plugin.py", f"from . import a, b\n{PLUGIN}")
    write(package / "a.py", "x = 1\n")
    write(package / "b.py", "x = 2\n")
    first = of("some_pack.plugin")
    write(package / "a.py", "x = 2\n")
    write(package / "b.py", "x = 1\n")
    assert of("some_pack.plugin") != first


# The user's own files


def test_files_beside_a_plugin_and_packages_below_its_folder_count(tmp_path: Path) -> None:
    text = "def f():\n    import helper\n    from deep.er import x\n    import plugins.far, no_such.thing\n"
    write(tmp_path / "mine.py", text + PLUGIN)
    files = ("helper.py", "deep/er.py", "unrelated.py", "plugins/far.py")
    for name in files:
        write(tmp_path / name, "x = 1\n")
    first = of("mine.py", folder=tmp_path)
    for name in files:
        write(tmp_path / name, "x = 2\n")
        assert (of("mine.py", folder=tmp_path) == first) == (name == "unrelated.py"), name
        write(tmp_path / name, "x = 1\n")
    assert of("mine.py", folder=tmp_path) == first


def test_a_plugin_file_keeps_its_fingerprint_when_it_moves(tmp_path: Path) -> None:
    write(tmp_path / "a.py", PLUGIN)
    write(tmp_path / "b/c/plugins/d.py", PLUGIN)
    assert of("a.py", folder=tmp_path) == of(folder=tmp_path / "b/c")


def test_a_local_package_counts_as_one(tmp_path: Path) -> None:
    write(tmp_path / "plugins/pack/__init__.py", "")
    write(tmp_path / "plugins/pack/mine.py", f"from ._steps import x\n{PLUGIN}")
    write(tmp_path / "plugins/pack/_steps.py", "x = 1\n")
    first = of(folder=tmp_path)
    write(tmp_path / "plugins/pack/_steps.py", "x = 2\n")
    second = of(folder=tmp_path)
    write(tmp_path / "plugins/pack/__init__.py", "x = 2\n")
    assert len({first, second, of(folder=tmp_path)}) == 3


def test_benchsuite_itself_is_never_followed(tmp_path: Path) -> None:
    """Its version stands in the record; a folder of that name beside the plugin changes nothing."""
    write(tmp_path / "mine.py", f"def f():\n    import benchsuite.engine.seeds\n{PLUGIN}")
    first = of("mine.py", folder=tmp_path)
    write(tmp_path / "benchsuite/engine/seeds.py", "x = 1\n")
    assert of("mine.py", folder=tmp_path) == first


@pytest.mark.usefixtures("bundled_too")
def test_installed_distributions_with_plugins_count_for_whoever_imports_them(package: Path, tmp_path: Path) -> None:
    info = tmp_path / "some_dist-1.0.dist-info"
    write(info / "METADATA", "Metadata-Version: 2.1\nName: some_dist\nVersion: 1.0\n")
    write(info / "entry_points.txt", "[benchsuite]\nother = some_pack.plugin\n")
    write(info / "top_level.txt", "some_pack\nsome_helpers\n")
    write(package / "plugin.py", f"import some_helpers\n{PLUGIN}".replace('"mine"', '"theirs"'))
    write(tmp_path / "some_helpers/__init__.py", "")
    write(tmp_path / "some_library.py", "")
    text = "def f():\n    import some_pack.plugin, some_library\n"
    work = tmp_path / "work"
    write(work / "plugins/mine.py", text + PLUGIN)

    def fingerprints() -> list[str]:
        forget()
        registry = load_registry(PluginSearch(folder=str(work)))
        return [registry.entry("optimizer", name).fingerprint for name in ("mine", "theirs", "adam")]

    first = fingerprints()
    write(tmp_path / "some_helpers/__init__.py", "x = 1\n")
    second = fingerprints()
    assert [a != b for a, b in zip(first, second, strict=True)] == [True, True, False]
    write(tmp_path / "some_library.py", "x = 1\n")
    assert fingerprints() == second


# Wrapped components


def outer(**fields: object) -> bs.Optimizer:
    space = {"inner": bs.Choice(["inner", "other", "gone"], default="inner")}
    return bs.Optimizer(
        name="outer", make=lambda inner: None, space=space, **{"wraps": {"inner": "optimizer"}, **fields}
    )


def registered(folder: Path, *components: bs.Optimizer) -> Registry:
    """A registry whose components come from a file each."""
    registry = Registry()
    for component in components:
        path = folder / f"{component.name}.py"
        if not path.exists():
            write(path, f"name = {component.name!r}\n")
        spec = importlib.util.spec_from_file_location(f"test_only_{component.name}", path)
        plugin = Plugin(component.name, "here", importlib.util.module_from_spec(spec))
        registry.tables["optimizer"][component.name] = Registered(component, plugin, registry)
    return registry


def test_a_wrapped_component_counts_and_no_other(tmp_path: Path) -> None:
    components = [outer(), *(bs.Optimizer(name=name, make=lambda: None) for name in ("inner", "other"))]

    def fingerprints() -> list[str]:
        registry = registered(tmp_path, *components)
        chosen = ({}, {"inner": "inner"}, {"inner": "other"}, {"inner": "gone"})
        return [registry.fingerprint("optimizer", "outer", hyperparameters) for hyperparameters in chosen]

    first = fingerprints()
    assert first[0] == first[1]
    assert len(set(first)) == 3
    write(tmp_path / "inner.py", "name = 'another'\n")
    assert [a != b for a, b in zip(first, fingerprints(), strict=True)] == [True, True, False, False]
    write(tmp_path / "inner.py", "name = 'inner'\n")
    components.append(bs.Optimizer(name="gone", make=lambda: None))
    assert [a != b for a, b in zip(first, fingerprints(), strict=True)] == [False, False, False, True]


def test_what_a_wrapped_component_wraps_counts_too(tmp_path: Path) -> None:
    middle = bs.Optimizer(
        name="inner", make=lambda deep: None, space={"deep": bs.Choice(["other"])}, wraps={"deep": "optimizer"}
    )
    components = [outer(), middle, bs.Optimizer(name="other", make=lambda: None)]
    first = registered(tmp_path, *components).fingerprint("optimizer", "outer")
    write(tmp_path / "other.py", "name = 'another'\n")
    assert registered(tmp_path, *components).fingerprint("optimizer", "outer") != first


def test_components_that_wrap_each_other_have_fingerprints_all_the_same(tmp_path: Path) -> None:
    pair = [
        bs.Optimizer(name=a, make=lambda inner: None, space={"inner": bs.Choice([b])}, wraps={"inner": "optimizer"})
        for a, b in (("a", "b"), ("b", "a"))
    ]

    def asked(*names: str) -> dict[str, str]:
        registry = registered(tmp_path, *pair)
        return {name: registry.fingerprint("optimizer", name) for name in names}

    assert asked("a", "b") == asked("b", "a")


def test_wraps_names_a_hyperparameter_and_a_kind(tmp_path: Path) -> None:
    with pytest.raises(bs.BenchsuiteError) as refused:
        outer(wraps={"innner": "optimizer"})
    assert str(refused.value).startswith(
        "unknown hyperparameter in wraps of optimizer 'outer': 'innner'. Did you mean 'inner'?"
    )
    write(tmp_path / "plugins/mine.py", PLUGIN.replace("make=make", 'make=make, wraps={"learning_rate": "optimiser"}'))
    (broken,) = load_registry(PluginSearch(folder=str(tmp_path))).broken
    assert broken.reason.startswith(
        "unknown kind in wraps of optimizer 'mine': 'optimiser'. Did you mean 'optimizer'? Known: "
    )


# When


@pytest.mark.usefixtures("bundled_too")
def test_loading_and_listing_compute_no_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from benchsuite.cli.app import app

    def refuse(*arguments: object) -> None:
        raise AssertionError("not now")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchsuite.fingerprints.source_files.read", refuse)
    assert CliRunner().invoke(app, ["list"], catch_exceptions=False).exit_code == 0
    entry = load_registry().entry("optimizer", "adam")
    with pytest.raises(AssertionError, match="not now"):
        str(entry.fingerprint)


@pytest.mark.parametrize("edited", ["mine.py", "other_steps.py"])
def test_a_file_that_is_edited_after_it_was_loaded_is_not_vouched_for(
    edited: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "mine.py", f"import other_steps\n{PLUGIN}")
    write(tmp_path / "other_steps.py", "x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    file, text = tmp_path / edited, (tmp_path / edited).read_text(encoding="utf-8")
    loaded = of("mine.py", folder=tmp_path)
    forget()
    registry = load_registry(PluginSearch(("mine.py",), str(tmp_path), local=False))

    def now() -> str:
        return registry.fingerprint("optimizer", "mine", verify=True)

    write(file, f"{text}\nx = 2\n")  # before anybody has asked
    assert registry.fingerprint("optimizer", "mine") == loaded
    void = now()
    assert void not in (loaded, of("mine.py", folder=tmp_path))
    write(file, f"# Only a remark.\n{text}")
    assert now() == loaded
    file.unlink()
    assert now() == void
    write(file, text)
    assert now() == loaded
    forget()


@pytest.mark.usefixtures("bundled_too")
def test_the_record_of_a_trial_whose_code_was_edited_meanwhile_is_stale(tmp_path: Path) -> None:
    from benchsuite.provenance import fingerprints
    from benchsuite.studies.plan import plan
    from benchsuite.study import Study

    path = write(tmp_path / "mine.py", PLUGIN)
    sources = PluginSearch(("mine.py",), str(tmp_path), local=False)
    registry = load_registry(sources)
    (trial, *_) = plan(Study(task=("digits_mlp",), components={"optimizer": ("mine",)}), registry).trials.values()
    planned = fingerprints(trial, registry)
    assert fingerprints(trial, registry, verify=True) == planned
    write(path, f"{PLUGIN}\nx = 1\n")
    written = fingerprints(trial, registry, verify=True)
    assert [key for key in planned if written[key] != planned[key]] == ["optimizer:mine"]
    now = fingerprints(trial, load_registry(sources))
    assert now["optimizer:mine"] not in (planned["optimizer:mine"], written["optimizer:mine"])
