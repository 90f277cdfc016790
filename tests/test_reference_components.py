"""Reference components: declared by a hook, joined over plugins, each a single setting."""

import itertools

import pytest

import benchsuite as bs
from benchsuite.components import RECIPE_KINDS
from benchsuite.errors import BenchsuiteError
from benchsuite.reference_components import reference_components, same_method
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.selection import expand
from tests.bundled import REGISTRY

BUNDLED = reference_components(REGISTRY)


@pytest.mark.parametrize("kind", RECIPE_KINDS)
def test_every_kind_has_five_or_six_that_are_different_methods(kind):
    assert 5 <= len(BUNDLED[kind]) <= 6
    assert not any(same_method(kind, one, other, REGISTRY) for one, other in itertools.combinations(BUNDLED[kind], 2))
    assert all(len(expand(kind, [selection], REGISTRY)) == 1 for selection in BUNDLED[kind])


def test_what_says_to_be_the_same_is_one_method_and_other_settings_are_not():
    assert same_method("optimizer", "adam", "unified_adam", REGISTRY)
    assert not same_method("optimizer", "adam", "adamw", REGISTRY)
    assert not same_method("regularization", "l2", "l2[strength=0.1]", REGISTRY)
    assert same_method("regularization", "l2+dropout", "l2+dropout", REGISTRY)


class Declares:
    """A plugin that names some."""

    def __init__(self, given):
        self.given = given

    @bs.hookimpl
    def register_reference_components(self):
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


def with_plugin(given):
    registry = load_registry(PluginSearch(local=False))
    registry.hooks.register(Declares(given), "theirs")
    return reference_components(registry)


def test_what_a_stranger_names_is_joined_and_written_as_tables_write_it():
    found = with_plugin({"optimizer": ["adam", "adamw", "momentum[momentum=0.9]"], "schedule": ("warmup+cosine",)})
    own = BUNDLED["optimizer"]
    assert found["optimizer"][: len(own)] == own
    assert "adamw" in found["optimizer"]
    assert len(found["optimizer"]) == len(set(found["optimizer"]))
    assert found["schedule"] == (*BUNDLED["schedule"], "warmup+cosine")
    assert found["activation"] == BUNDLED["activation"]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (["adam"], "register_reference_components of theirs must return a dictionary of kinds and lists of selections, such as"),
        ({"optimizer": "adam"}, "Received: {'optimizer': 'adam'}."),
        ({"optimiser": ["adam"]}, "unknown kind in register_reference_components of theirs: 'optimiser'. Did you mean 'optimizer'?"),
        ({"optimizer": ["adamm"]}, "unknown optimizer 'adamm'."),
        ({"optimizer": ["ada*"]}, "each reference component is one setting. Received from theirs: 'ada*', which means"),
        (ValueError("no"), "register_reference_components of theirs raised ValueError: no"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(given, text):
    with pytest.raises(BenchsuiteError) as refused:
        with_plugin(given)
    assert text in str(refused.value)
