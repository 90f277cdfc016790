"""What was found of a component is known to the next process: the same finding, and only for the same code and hyperparameters."""

import pytest

import benchsuite as bs
from benchsuite.engine.fed import finding as module
from benchsuite.engine.fed.finding import finding
from benchsuite.engine.fed.known import KNOWN, KnownFindings
from benchsuite.recipe import Setting


@pytest.fixture
def searches(tmp_path, monkeypatch):
    """Findings go to a folder of the test's; the list says of which components one was searched for."""
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path))
    made = []
    search = module._Search.finding

    def counted(one):
        made.append(one._component.name)
        return search(one)

    monkeypatch.setattr(module._Search, "finding", counted)
    known = KnownFindings()
    known.switch_on(lambda setting: code[setting.name])
    monkeypatch.setattr(module, "KNOWN", known)
    code.clear()
    code.update(dict.fromkeys(("sgd", "adamw", "dropout", "plain"), "1"))
    return made


code = {}


def in_another_process(monkeypatch):
    monkeypatch.setattr(module, "_found", {})


def test_a_finding_is_searched_for_once(bundled, searches, monkeypatch):
    for kind, name in (("optimizer", "adamw"), ("regularization", "dropout")):
        component = bundled.component(kind, name)
        setting = Setting.of(component)
        in_another_process(monkeypatch)
        first = finding(component, setting)
        in_another_process(monkeypatch)
        assert finding(component, setting) == first
        assert first.fed
    assert searches == ["adamw", "dropout"]


def test_other_code_and_other_values_are_searched_for_again(bundled, searches, monkeypatch):
    component = bundled.component("optimizer", "adamw")
    for _ in range(2):
        for values, version in (({}, "1"), ({}, "2"), ({"epsilon": 1e-5}, "2"), ({"learning_rate": 0.5}, "2")):
            code["adamw"] = version
            in_another_process(monkeypatch)
            finding(component, Setting.of(component, values))
    assert searches == ["adamw"] * 3  # the learning rate is fed in any case


def test_what_a_float_must_stand_for_is_known_as_well(searches, monkeypatch):
    def make(strength):
        import keras

        return keras.regularizers.L2(strength)

    component = bs.Regularization(name="plain", make=make, space={"strength": bs.LogUniform(1e-4, 1.0, default=0.1)})
    setting = Setting.of(component)
    in_another_process(monkeypatch)
    first = finding(component, setting)
    in_another_process(monkeypatch)
    again = finding(component, setting)
    assert (again, again.swapped) == (first, first.swapped)
    assert first.swapped
    assert searches == ["plain"]


def test_it_is_off_until_it_is_switched_on(bundled):
    component = bundled.component("optimizer", "sgd")
    assert KNOWN.get(component, Setting.of(component)) is None
