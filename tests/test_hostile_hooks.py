"""Hooks that give nonsense: each plugin is broken in one line that says what was wrong, and everything else works."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchsuite.components.fields import LONGEST_NAME, MOST_HYPERPARAMETERS
from benchsuite.discovery.asking import MOST
from benchsuite.registry import PluginSearch, Registry, load_registry

HEAD = """
import math
import benchsuite as bs

class Text(str):
    def __str__(self): raise RuntimeError("no text")
    __repr__ = __format__ = __str__

class Evil:
    def __getattribute__(self, name): raise RuntimeError("nothing to see")
    def __call__(self): pass

class Inheriting(bs.Optimizer):
    @property
    def summary(self): raise RuntimeError("no summary")

class Meta(type):
    def __instancecheck__(cls, other): raise RuntimeError("no instance")
    def __subclasscheck__(cls, other): raise RuntimeError("no subclass")

class OfMeta(metaclass=Meta): pass

def optimizer(**rest):
    return bs.Optimizer(**{"name": "mine", "make": lambda: None, **rest})

def spaced(space, **rest):
    return optimizer(make=lambda a: None, space={"a": space}, **rest)

def with_many(count):
    return optimizer(make=lambda **_: None, space={f"a{n}": bs.Fixed(1) for n in range(count)})

def task(**rest):
    return bs.Task(**{
        "name": "mine_task", "data": lambda: None, "split": bs.HoldOut(0.6, 0.2, 0.2), "model": lambda b, i: None,
        "loss": "mse", "primary": "loss", "batch_size": 1, "epochs": 1, **rest})

def altered(component, **fields):
    for name, value in fields.items():
        object.__setattr__(component, name, value)
    return component
"""

OPTIMIZERS = {
    # what is returned
    "(optimizer(name=f'o{n}') for n in range(3))": "register_optimizers must return a list of bs.Optimizer. Received: generator.",
    "__import__('itertools').repeat(optimizer())": "Received: repeat.",
    "[optimizer(name=f'o{n}') for n in range(20_001)]": f"register_optimizers must return at most {MOST:,} components. Received: more.",
    "[OfMeta()]": "Received in it: <",
    "[Evil()]": "RuntimeError: nothing to see",
    "[Inheriting(name='mine', make=print)]": "AttributeError: property 'summary'",
    "[object.__new__(bs.Optimizer)]": "AttributeError: 'Optimizer' object has no attribute ",
    "[type('Mine', (bs.Optimizer,), {})(name='mine', make=lambda: None)]": "There is nothing to inherit: give what it needs to make.",
    # names
    "[optimizer(name=3)]": "Received: 3.",
    "[optimizer(name='')]": "Received: ''.",
    "[optimizer(name='a b')]": "Received: 'a b'.",
    "[optimizer(name='../../etc')]": "Received: '../../etc'.",
    "[optimizer(name='a\\x1b[2J')]": r"Received: 'a\x1b[2J'.",
    "[optimizer(name='[red]a')]": "Received: '[red]a'.",
    "[optimizer(name='a' * 10_000)]": f"a letter first, at most {LONGEST_NAME}. Received: 'aaa",
    "[optimizer(name='\\u0430dam')]": r"Received: '\u0430dam'.",
    "[optimizer(name='sgd\\n')]": r"Received: 'sgd\n'.",
    # texts
    "[optimizer(summary=3)]": "summary of optimizer 'mine' must be text. Received: 3.",
    "[optimizer(summary=None)]": "summary of optimizer 'mine' must be text. Received: None.",
    "[optimizer(summary='a\\nb')]": "summary of optimizer 'mine' must be one line. Received: 'a\\nb'.",
    "[optimizer(summary='a' * 10_000)]": "summary of optimizer 'mine' must have at most 300 letters. Received: 10,000.",
    "[optimizer(formula='a' * 10**7)]": "formula of optimizer 'mine' must have at most 4,000 letters. Received: 10,000,000.",
    "[optimizer(reference='\\ud800')]": r"reference of optimizer 'mine' must be text that can be stored. Received: '\ud800'.",
    "[optimizer(default='yes')]": "default of optimizer 'mine' must be True or False. Received: 'yes'.",
    "[optimizer(version=10**30)]": "version of optimizer 'mine' must be a whole number from 1. Received: 1000",
    "[altered(optimizer(), summary=3)]": "summary of optimizer 'mine' must be text. Received: 3.",
    "[optimizer(default=True)]": "default=True of optimizer 'mine': optimizer 'adam' is the default already.",
    # make, spaces, wraps
    "[optimizer(make=3)]": "make of optimizer 'mine' must be callable. Received: 3.",
    "[optimizer(make=Evil())]": "RuntimeError: nothing to see",
    "[optimizer(space=3)]": "space of optimizer 'mine' must be a dictionary. Received: 3.",
    "[optimizer(space={3: bs.Fixed(1)})]": "must have names of parameters as keys",
    "[optimizer(space={'a b': bs.Fixed(1)})]": "Received: 'a b'.",
    "[with_many(101)]": f"at most {MOST_HYPERPARAMETERS} entries. Received: 101.",
    "[spaced(3)]": "Received: 3.",
    "[spaced(type('S', (bs.Uniform,), {})(0.0, 1.0, 0.5))]": "the space of 'a' in optimizer 'mine' must be LogUniform, ",
    "[spaced(bs.Fixed(object()))]": "the value of Fixed must be text of at most 200 letters, a finite number, True, False or None",
    "[spaced(bs.Fixed(math.nan))]": "Received: nan.",
    "[spaced(bs.Fixed(math.inf))]": "Received: inf.",
    "[spaced(bs.Fixed(10**400))]": "the value of Fixed must be text",
    "[spaced(bs.Fixed('a' * 201))]": "the value of Fixed must be text of at most 200 letters",
    "[spaced(bs.Fixed('\\ud800'))]": r"Received: '\ud800'.",
    "[spaced(bs.Choice([1, {}]))]": "each option of Choice must be text of at most 200 letters",
    "[spaced(bs.Choice([1, math.nan]))]": "Received: nan.",
    "[spaced(bs.Choice([1, 1.0]))]": "Choice needs at least one option and no option twice.",
    "[spaced(bs.Uniform(0.0, math.inf, 1.0))]": "Uniform needs finite low < high.",
    "[spaced(bs.Uniform(0.0, 1.0, math.nan))]": "must be a number from 0 to 1. Received: nan.",
    "[spaced(bs.Integer(-math.inf, 3, 1))]": "Integer needs finite low < high.",
    "[spaced(bs.Integer(0, 3, 'a'))]": "default of Integer(0, 3) must be a whole number from 0 to 3. Received: 'a'.",
    "[spaced(altered(bs.Uniform(0.0, 1.0, 0.5), default=7.0))]": "must be a number from 0 to 1. Received: 7.0.",
    "[optimizer(wraps=3)]": "wraps of optimizer 'mine' must be a dictionary. Received: 3.",
    "[spaced(bs.Fixed('x'), wraps={'a': [1]})]": "must be a dictionary of hyperparameters and kinds. Received: {'a': [1]}.",
    "[spaced(bs.Fixed('x'), wraps={'a': 'kind'})]": "unknown kind in wraps of optimizer 'mine': 'kind'.",
}
TASKS = {
    "[task(metrics=3)]": "metrics of task 'mine_task' must be a list of names or bs.Metric objects. Received: 3.",
    "[task(metrics='accuracy')]": "Received: 'accuracy'.",
    "[task(metrics=[3])]": "metrics of task 'mine_task' must be names or bs.Metric objects. Received: 3.",
    "[task(metrics=['r2'] * 101)]": "metrics of task 'mine_task' must have at most 100 entries. Received: 101.",
    "[task(targets=[math.nan])]": "targets of task 'mine_task' must be finite numbers, from easy to hard. Received: [nan].",
    "[task(targets=['a'])]": "Received: ['a'].",
    "[task(targets=3)]": "targets of task 'mine_task' must be a list of numbers. Received: 3.",
    "[task(targets=[0.9, 1.01], metrics=['accuracy'], primary='accuracy')]": "no value of accuracy can reach the target 1.01 of "
    "task 'mine_task': its best is 1.",
    "[task(cost=bs.Cost(-1.0, 0.0))]": "cost of task 'mine_task' must be bs.Cost of two numbers of seconds from 0.",
    "[task(cost=bs.Cost(math.nan, 0.0))]": "cost of task 'mine_task' must be bs.Cost",
    "[task(cost=3)]": "Received: 3.",
    "[task(baseline=3)]": "baseline of task 'mine_task' must be a dictionary. Received: 3.",
    "[task(baseline={'optimizer': 3})]": "must be a dictionary of kinds and selections. Received: {'optimizer': 3}.",
    "[task(compares='optimizer')]": "compares of task 'mine_task' must be a list of kinds. Received: 'optimizer'.",
    "[task(compares=[3])]": "compares of task 'mine_task' must be a list of kinds. Received: [3].",
    "[task(epochs=10**30)]": "epochs of task 'mine_task' must be a whole number from 1. Received: 1000",
    "[task(batch_size=1.5)]": "batch_size of task 'mine_task' must be a whole number from 1. Received: 1.5.",
    "[task(tier=3)]": "tier of task 'mine_task' must be text. Received: 3.",
    "[task(citation=b'a')]": "citation of task 'mine_task' must be text. Received: b'a'.",
    "[task(xla=1)]": "xla of task 'mine_task' must be True or False. Received: 1.",
}
MODULES = {
    "__name__ = 3": "a module must keep its __name__. Received: 3.",
    "__file__ = b'a'": "a module must keep its __file__. Received: b'a'.",
    "@bs.hookimpl\ndef register_losses(n): return []": "Plugin",
    "@bs.hookimpl\ndef register_losses(): return register_losses()": "RecursionError: maximum recursion depth exceeded",
    "@bs.hookimpl\ndef register_losses():\n    raise MemoryError": "MemoryError",
}


def local(folder: Path, text: str) -> Registry:
    (folder / "plugins").mkdir()
    (folder / "plugins" / "mine.py").write_text(text, encoding="utf-8")
    return load_registry(PluginSearch(folder=str(folder)))


def cases() -> list[tuple[str, str]]:
    """Each plugin with what is wrong with it."""
    hook = "\n@bs.hookimpl\ndef register_optimizers():\n    return [optimizer()]\n"
    return [
        *(
            (f"\n@bs.hookimpl\ndef register_optimizers():\n    return {code}\n", text)
            for code, text in OPTIMIZERS.items()
        ),
        *((f"\n@bs.hookimpl\ndef register_tasks():\n    return {code}\n", text) for code, text in TASKS.items()),
        *((f"{hook}{code}\n", text) for code, text in MODULES.items()),
    ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """All of them in one folder."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "plugins").mkdir()
    for number, (code, _) in enumerate(cases()):
        (folder / f"plugins/p{number}.py").write_text(f"{HEAD}{code}", encoding="utf-8")
    return load_registry(PluginSearch(folder=str(folder)))


@pytest.mark.parametrize("number", range(len(cases())), ids=[text[:40] for _, text in cases()])
def test_nonsense_is_refused_in_one_line(number: int, found: Registry) -> None:
    reasons = {plugin.name: plugin.reason for plugin in found.broken}
    reason = reasons[f"p{number}"]
    assert cases()[number][1] in reason
    assert "\n" not in reason
    assert len(reason) < 700


def test_nothing_of_it_is_registered_and_everything_else_is(found: Registry) -> None:
    names = {name for table in found.tables.values() for name in table}
    assert not {"mine", "mine_task", "o0"} & names
    assert "adam" in names
    assert len(found.broken) == len(cases())


@pytest.mark.parametrize(
    "body",
    ["raise RuntimeError(name)", "return lambda *_, **__: [1]", "return __import__('unittest.mock').mock.MagicMock()"],
)
def test_a_module_that_makes_up_names_has_the_hooks_that_stand_in_it(body: str, tmp_path: Path) -> None:
    text = f"{HEAD}\n@bs.hookimpl\ndef register_optimizers():\n    return [optimizer()]\ndef __getattr__(name):\n    {body}\n"
    registry = local(tmp_path, text)
    assert registry.broken == []
    assert len(registry.fingerprint("optimizer", "mine")) == 16


def test_text_of_a_class_of_its_own_becomes_plain_text(tmp_path: Path) -> None:
    text = f"{HEAD}\n@bs.hookimpl\ndef register_optimizers():\n    return [spaced(bs.Choice([Text('x')]), summary=Text('a'))]\n"
    component = local(tmp_path, text).component("optimizer", "mine")
    assert (type(component.summary), component.summary) == (str, "a")
    assert (type(component.defaults["a"]), component.defaults["a"]) == (str, "x")


def test_ten_thousand_components_work_in_seconds(tmp_path: Path) -> None:
    started = time.process_time()
    registry = local(
        tmp_path,
        f"{HEAD}\n@bs.hookimpl\ndef register_optimizers():\n    return [optimizer(name=f'o{{n}}') for n in range(10_000)]\n",
    )
    assert registry.entry("optimizer", "o9999").fingerprint
    assert len(registry.names("optimizer")) > 10_000
    assert time.process_time() - started < 10  # about 1 s; with a step for each pair it would be minutes


def test_an_error_about_another_name_does_not_list_fifty_broken_plugins(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    for number in range(50):
        (tmp_path / f"plugins/p{number:02}.py").write_text(
            f"from benchsuite import hookimpl\nraise ValueError('{'x' * 5000}')\n"
        )
    registry = load_registry(PluginSearch(folder=str(tmp_path)))
    assert len(registry.broken) == 50
    with pytest.raises(Exception, match=r"p09\.py.*; … \(50 in all\)") as caught:
        registry.entry("optimizer", "adm")
    assert "p10.py" not in str(caught.value)
    assert len(str(caught.value)) < 4000


# Installed distributions


@pytest.mark.parametrize("metadata", [None, b"", b"\xff\xfe", b"Name: \nVersion:"])
def test_a_distribution_whose_metadata_cannot_be_read_costs_itself(
    metadata: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "odd_dist-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[benchsuite]\nodd = no_such_module_at_all\n")
    if metadata is not None:
        (info / "METADATA").write_bytes(metadata)
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = load_registry(PluginSearch(folder=str(tmp_path)))
    assert [plugin.reason for plugin in registry.broken] in (
        [],
        ["ModuleNotFoundError: No module named 'no_such_module_at_all'"],
    )
    assert len(registry.fingerprint("optimizer", "adam")) == 16


@pytest.mark.parametrize(
    "points", ["[benchsuite]\nodd", "[benchsuite]\n= a", "nonsense", "[benchsuite\nodd = a\n", "\x00"]
)
def test_entry_points_that_are_none_cost_themselves(
    points: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "odd_dist-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(points)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-dist\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = load_registry(PluginSearch(folder=str(tmp_path)))
    assert "adam" in registry.tables["optimizer"]
    assert len(registry.fingerprint("optimizer", "adam")) == 16


def test_two_entry_points_of_one_name_are_two_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first_of_two", "second_of_two"):
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text(f"[benchsuite]\nsame = {name}\n")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (tmp_path / f"{name}.py").write_text(
            f"{HEAD}\n@bs.hookimpl\ndef register_optimizers():\n    return [optimizer(name={name!r})]\n"
        )
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = load_registry(PluginSearch(folder=str(tmp_path)))
    assert {"first_of_two", "second_of_two"} <= set(registry.tables["optimizer"])


def test_an_entry_point_that_is_no_module_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "odd_dist-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[benchsuite]\nodd = odd_object:thing\n")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-dist\nVersion: 1.0\n")
    (tmp_path / "odd_object.py").write_text("thing = 3\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    (broken,) = load_registry(PluginSearch(folder=str(tmp_path))).broken
    assert broken.reason == "it must be a module with hooks. Received: 3."
