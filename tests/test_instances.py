"""Instances of tasks: one name for each, and what is drawn for it stays what it is for ever."""

from __future__ import annotations

import dataclasses
import functools
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.certificates import answers_in_parts, checksum_of, committed, part_sizes, refuse_examples_of
from benchsuite.components.variation import batch_sizes
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.of_variants import describe_variant, instances_are_what_they_say, judge_data
from benchsuite.data import load, read
from benchsuite.instances import (
    Instance,
    base_of,
    certify_command,
    instance_of,
    is_instance,
    read_name,
    refuse_examples,
)
from benchsuite.registry import Plugin, Registered, Registry
from benchsuite.studies.plan import plan, tasks_of
from benchsuite.study import Study
from benchsuite.trial import Division

X = np.random.default_rng(0).normal(2.0, 3.0, (60, 5)).astype("float32")
Y = (np.arange(60) % 3).astype("int32")
NUMBER = "the variant of a task must be a whole number from 1 to 2,147,483,647."
TOLD = "Write TASK~3, TASK~axis=value, or both: TASK~3~axis=value."


def task(**changes: Any) -> bs.Task:
    fields: dict[str, Any] = {
        "name": "toy",
        "data": lambda: bs.Arrays(X, Y),
        "split": bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
        "model": lambda blocks, inputs: inputs,
        "loss": "cross_entropy",
        "primary": "loss",
        "batch_size": 8,
        "epochs": 1,
        "variation": bs.Variation(),
    }
    return bs.Task(**fields | changes)


def variant(number: int = 1, **changes: Any) -> bs.Task:
    return instance_of(task(**changes), Instance("toy", number))


def refusal(call: Any, *arguments: Any, **keywords: Any) -> str:
    with pytest.raises(bs.BenchsuiteError) as caught:
        call(*arguments, **keywords)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# Names


@pytest.mark.parametrize(
    ("name", "instance"),
    [
        ("t", Instance("t")),
        ("t~3", Instance("t", 3)),
        ("t~noise=0.5", Instance("t", 0, {"noise": 0.5})),
        ("t~3~condition=1000~noise=1e-05", Instance("t", 3, {"noise": 1e-05, "condition": 1000})),
        ("t~2147483647~shift=-2", Instance("t", 2**31 - 1, {"shift": -2})),
    ],
)
def test_a_name_is_read_and_written(name: str, instance: Instance) -> None:
    assert read_name(name) == instance
    assert instance.name == name
    assert base_of(name) == "t"
    assert is_instance(name) == (not instance.published)


def test_a_whole_number_has_one_text_whatever_its_type() -> None:
    assert (
        Instance("t", 0, {"condition": 1000.0}).name == Instance("t", 0, {"condition": 1000}).name == "t~condition=1000"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("t~0", f"{NUMBER} Received: '0' in 't~0'. {TOLD}"),
        ("t~-1", f"{NUMBER} Received: '-1' in 't~-1'. {TOLD}"),
        ("t~", f"{NUMBER} Received: '' in 't~'. {TOLD}"),
        ("t~2147483648", f"{NUMBER} Received: '2147483648' in 't~2147483648'. {TOLD}"),
        ("t~03", "an instance has one name. Received: 't~03'. Write t~3."),
        ("t~noise=0.50", "an instance has one name. Received: 't~noise=0.50'. Write t~noise=0.5."),
        ("t~noise=1.0", "an instance has one name. Received: 't~noise=1.0'. Write t~noise=1."),
        ("t~noise=1~condition=2", "an instance has one name. Received: 't~noise=1~condition=2'. Write t~condition=2~noise=1."),
        ("t~noise=loud", f"cannot read the name of an instance 't~noise=loud'. {TOLD}"),
        ("t~noise=nan", f"cannot read the name of an instance 't~noise=nan'. {TOLD}"),
        ("t~noise=1~noise=2", f"cannot read the name of an instance 't~noise=1~noise=2'. {TOLD}"),
        ("t~3~4", f"cannot read the name of an instance 't~3~4'. {TOLD}"),
        ("~3", f"cannot read the name of an instance '~3'. {TOLD}"),
        ("../t~3", f"cannot read the name of an instance '../t~3'. {TOLD}"),
    ],
)  # fmt: skip
def test_another_name_is_refused_with_the_right_one(name: str, said: str) -> None:
    assert refusal(read_name, name) == said


def test_values_are_those_of_an_axis_of_the_task() -> None:
    one = task(
        instance=lambda draw: {}, architecture={"width": bs.Integer(1, 9, default=2)},
        axes={"noise": bs.Axis([0.1, 0.5], default=0.1), "classes": bs.Axis([2, 3], default=3), "examples": bs.Axis([9, 36], default=36)},
    )  # fmt: skip
    for values, said in (
        ({"noose": 1}, "unknown axis of task 'toy': 'noose'. Did you mean 'noise'? Known: classes, examples, noise."),
        ({"noise": 0.1}, "noise=0.1 is what task 'toy' has itself. Received: 'toy~noise=0.1'. Write toy."),
        ({"classes": 2.5}, "classes of task 'toy' must be a whole number. Received: 2.5. Its values: 2, 3."),
        ({"examples": 0}, "examples of task 'toy' must be a whole number from 1. Received: 0. Its values: 9, 36."),
        ({"width": 4}, "width of task 'toy' is a knob, and no axis that makes an instance. Received: 'toy~width=4'. Use --with width=4."),
    ):  # fmt: skip
        assert refusal(instance_of, one, Instance("toy", 0, values)) == said
    between = instance_of(one, Instance("toy", 0, {"noise": 0.3}))
    assert between.name == "toy~noise=0.3"  # not among the values, between them


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"noise": -1}, "noise of task 'toy' must lie from 0.1 to 0.5. Received: -1. Its values: 0.1, 0.5."),
        ({"noise": 3}, "noise of task 'toy' must lie from 0.1 to 0.5. Received: 3. Its values: 0.1, 0.5."),
        ({"classes": 4}, "classes of task 'toy' must lie from 2 to 3. Received: 4. Its values: 2, 3."),
        ({"examples": 99_999_999}, "examples of task 'toy' must lie from 4 to 36. Received: 99999999. Its values: 4, 36."),
        (
            {"examples": 5},
            "examples of task 'toy~examples=5' must be at least its batch size, 8. Received: 5. "
            "Take more examples, or a smaller batch with --with batch_size=N.",
        ),
    ],
)  # fmt: skip
def test_values_without_sense_make_no_instance(values: dict[str, Any], said: str) -> None:
    one = task(
        instance=lambda draw: {},
        axes={"noise": bs.Axis([0.1, 0.5], default=0.1), "classes": bs.Axis([2, 3], default=3), "examples": bs.Axis([4, 36], default=36)},
    )  # fmt: skip
    assert refusal(instance_of, one, Instance("toy", 0, values)) == said


def test_examples_are_refused_before_training_where_their_number_is_known(bundled: Registry) -> None:
    few = bundled.task("digits_mlp~examples=64")
    refuse_examples_of(few, 64, bundled)
    assert "must be at least its batch size, 65. Received: 64." in refusal(refuse_examples_of, few, 65, bundled)
    said = refusal(refuse_examples, few, 8, 60)  # as of a task whose axis promises more than its data have
    assert said == (
        "examples of task 'digits_mlp~examples=64' must be at most those of its training part, 60. Received: 64. Take fewer."
    )


# What is drawn


def test_draws_are_pinned() -> None:
    three = bs.Draw("digits_mlp", 3)
    assert three.seed("split") == 392_652_289
    assert three.generator("inputs").integers(0, 1000, 4).tolist() == [663, 198, 453, 204]
    assert [bs.Draw("t", number).seed("split") for number in (0, 1, 2)] == [0, 1_248_331_454, 630_613_272]
    along = dataclasses.replace(three, values={"noise": 1.0})
    assert along.seed("split") == three.seed("split")  # a value on an axis draws nothing anew
    assert bs.Draw("t").generator("noise", published=7).integers(9**9) == np.random.default_rng(7).integers(9**9)
    assert along.value("noise", 0.5) == 1.0
    assert three.value("noise", 0.5) == 0.5


@pytest.mark.parametrize(
    ("name", "checksum", "order"),
    [
        ("digits_mlp~1", "98757a90659bc931", "75897fabfa9d4a53"),
        ("digits_mlp~examples=64", "0539a2483a423da8", "6341f3be0f490fd7"),
        ("noisy_quadratic~1", "ebc32bedfb254642", "fbebff6bda39207e"),
        ("noisy_quadratic~noise=0.4", "39080a58426cd0c2", "2ef15de316014ed6"),
    ],
)
def test_instances_of_bundled_tasks_are_pinned(name: str, checksum: str, order: str, bundled: Registry) -> None:
    found = describe_variant(bundled.task(name))
    assert (found["checksum"], found["order"]) == (checksum, order)


def test_another_process_with_other_hashes_draws_the_same() -> None:
    program = (
        "import benchsuite as bs; from benchsuite.registry import load_registry; from benchsuite.data import load\n"
        "from benchsuite.conformance.of_variants import order_of\n"
        "r = load_registry(); print(*[order_of(load(r.task(n))) for n in ('digits_mlp~1', 'noisy_quadratic~1')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert done.stdout.split() == ["75897fabfa9d4a53", "fbebff6bda39207e"]


def test_a_variant_moves_examples_and_nothing_else() -> None:
    one = load(variant(1))
    published = load(task())
    assert one.sizes == published.sizes == (36, 12, 12)
    assert one.checksum == published.checksum
    assert not np.array_equal(one.x, published.x)
    assert sorted(map(tuple, one.x.tolist())) == sorted(map(tuple, published.x.tolist()))
    assert not np.array_equal(load(variant(2)).x, one.x)


def test_classes_get_other_names_and_keep_their_examples() -> None:
    renamed = read(variant(1, variation=bs.Variation(split=False, classes=True))).arrays.y
    assert renamed.dtype == Y.dtype
    assert not np.array_equal(renamed, Y)
    assert len({(int(old), int(new)) for old, new in zip(Y, renamed, strict=True)}) == 3  # a permutation
    assert np.bincount(load(variant(1, variation=bs.Variation(classes=True))).y[:36]).tolist() == [12, 12, 12]
    values = variant(1, data=lambda: bs.Arrays(X, X), loss=lambda *_: 0, variation=bs.Variation(classes=True))
    said = refusal(read, values)
    assert said == "a variation with classes=True needs classes, whole numbers from 0. task 'toy' has targets float32."


def changed(inputs: str, symbols: int = 0) -> np.ndarray:
    one = variant(1, data=lambda: bs.Arrays(X, Y, symbols=symbols), variation=bs.Variation(split=False, inputs=inputs))
    return np.asarray(read(one).arrays.x)


def test_inputs_are_permuted_rescaled_and_rotated() -> None:
    permuted, rescaled, rotated = (changed(inputs) for inputs in ("permute", "rescale", "rotate"))
    assert {one.dtype for one in (permuted, rescaled, rotated)} == {np.dtype("float32")}
    assert sorted(map(tuple, permuted.T.tolist())) == sorted(map(tuple, X.T.tolist()))
    assert not np.array_equal(permuted, X)
    factors = rescaled / X
    assert np.allclose(factors, factors[0], rtol=1e-5)
    assert factors.min() >= 0.5
    assert factors.max() <= 2
    assert not np.allclose(factors, 1)
    assert np.allclose(rotated @ rotated.T, X @ X.T, rtol=1e-3, atol=1e-3)  # lengths and angles stay
    assert not np.allclose(rotated, X, atol=0.1)


@pytest.mark.parametrize("inputs", ["permute", "rescale", "rotate"])
def test_columns_of_codes_stay(inputs: str) -> None:
    found = changed(inputs, symbols=2)
    assert np.array_equal(found[:, 3:], X[:, 3:])
    assert not np.array_equal(found[:, :3], X[:, :3])


def test_inputs_with_axes_are_not_permuted() -> None:
    one = variant(1, data=lambda: bs.Arrays(X.reshape(60, 5, 1), Y), variation=bs.Variation(inputs="rotate"))
    said = (
        "a variation with inputs='rotate' needs float32 inputs [examples, columns]. task 'toy' has float32 [60, 5, 1]."
    )
    assert refusal(read, one) == said


def test_width_and_batch_size_stay_within_their_limits() -> None:
    knobs: dict[str, bs.Choice | bs.Integer] = {
        "width": bs.Choice([8, 16, 32, 64], default=16), "depth": bs.Integer(1, 3, default=2)
    }  # fmt: skip
    found = [
        variant(number, architecture=knobs, variation=bs.Variation(width=(0.5, 2), batch_size=(4, 24)))
        for number in range(1, 21)
    ]
    assert {one.architecture["width"].default for one in found} == {8, 16, 32}
    assert {one.architecture["depth"].default for one in found} == {2}
    assert {one.batch_size for one in found} == {4, 8, 16, 24}
    integers = variant(3, architecture={"width": bs.Integer(8, 20, default=16)}, variation=bs.Variation(width=(1.9, 2)))
    assert integers.architecture["width"].default == 20  # the nearest that is allowed


def test_batch_sizes() -> None:
    assert batch_sizes(1, 40) == [1, 2, 4, 8, 16, 24, 32, 40]
    assert batch_sizes(5, 7) == []
    assert batch_sizes(100, 100_000) == [128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]


def test_what_a_task_draws_itself_comes_before_what_the_harness_does() -> None:
    seen = []

    def drawn(draw: bs.Draw) -> dict[str, Any]:
        seen.append(draw)
        return {"data": lambda: bs.Arrays(X + draw.value("noise", 0), Y), "batch_size": 4}

    one = task(instance=drawn, axes={"noise": bs.Axis([0, 100], default=0), "examples": bs.Axis([9, 36], default=36)})
    assert instance_of(one, Instance("toy")) is one
    assert instance_of(one, Instance("toy", 0, {"examples": 9})).batch_size == 8
    assert seen == []  # neither of them is its business
    both = instance_of(one, Instance("toy", 2, {"noise": 100, "examples": 9}))
    assert seen == [bs.Draw("toy", 2, {"noise": 100})]
    assert (both.name, both.batch_size, both.examples) == ("toy~2~examples=9~noise=100", 4, 9)
    assert load(both).sizes == (9, 12, 12)
    assert load(both).x.min() > 50
    for given, said in (
        ({"name": "other"}, "unknown field that instance of task 'toy' gives: 'name'."),
        (None, "instance of task 'toy' must return a dictionary of fields. Received: None."),
    ):
        wrong = task(instance=lambda draw, given=given: given)
        assert refusal(instance_of, wrong, Instance("toy", 1)).startswith(said)


# Examples


@pytest.mark.parametrize(
    ("split", "division"),
    [
        (bs.HoldOut(0.6, 0.2, 0.2), Division()),
        (bs.HoldOut(0.6, 0.2, 0.2, stratify=True), Division(fold=(1, 5))),
        (bs.HoldOut(0.6, 0.2, 0.2), Division(inner=(0, 4))),
        (bs.HoldOut(0.6, 0.2, 0.2), Division(refit=True)),
        (bs.Published(12, 12), Division()),
        (bs.Published(12, 12), Division(inner=(0, 4))),
        (bs.InOrder(36, 12, 12), Division()),
        (bs.ByGroup(0.6, 0.2, 0.2), Division()),
        (bs.ByGroup(0.6, 0.2, 0.2), Division(fold=(1, 5))),
    ],
)
def test_the_first_examples_of_the_training_part_train_and_the_other_parts_stay(split: Any, division: Division) -> None:
    numbers = np.arange(60, dtype="float32")[:, None]
    one = task(
        data=lambda: bs.Arrays(numbers, Y, groups=np.arange(60) // 4), split=split, variation=None,
        axes={"examples": bs.Axis([9, 18, 36], default=36)},
    )  # fmt: skip
    whole, some, few = (
        load(instance_of(one, Instance("toy", 0, values)), division)
        for values in ({}, {"examples": 18}, {"examples": 9})
    )
    if division.inner:  # the folds are those of what is left
        tested = whole.part("test")
        assert np.array_equal(whole.x[tested], some.x[some.part("test")])
        assert sum(some.sizes[:2]) == 18 + 12
        assert set(some.x[: sum(some.sizes[:2])].ravel()) < set(whole.x[: sum(whole.sizes[:2])].ravel())
        return
    also = 12 if division.refit else 0  # a refit trains on the validation part as well
    assert (some.sizes[0], few.sizes[0]) == (18 + also, 9 + also)
    kept = [set(one.x[: one.sizes[0] - also].ravel().tolist()) for one in (few, some, whole)]
    assert kept[0] < kept[1] < kept[2]
    for part in ("validation", "test"):
        assert np.array_equal(whole.x[whole.part(part)], few.x[few.part(part)])


def test_a_task_with_few_examples_has_as_few_in_a_variant() -> None:
    assert load(variant(1, examples=9)).sizes == load(task(examples=9)).sizes == (9, 12, 12)


def test_more_examples_than_there_are_cannot_be_kept() -> None:
    one = task(axes={"examples": bs.Axis([9, 37], default=9)})
    said = refusal(load, instance_of(one, Instance("toy", 0, {"examples": 37})))
    assert said == "task 'toy~examples=37' has 36 training examples, of which it cannot keep 37. Ask for fewer."


# What a task may declare


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"split": bs.InOrder(0.6, 0.2, 0.2)}, "task 'toy' is split by position, which no seed changes. "),
        ({"variation": bs.Variation(split=False)}, "the variation of task 'toy' changes nothing, and it has no instance "),
        ({"variation": bs.Variation(width=(0.5, 2))}, "the variation of task 'toy' changes its width, which is no knob of it, "),
        (
            {"variation": bs.Variation(batch_size=(8, 16)), "knobs": ["epochs"]},
            "the variation of task 'toy' changes its batch size, which is no knob of it.",
        ),
        ({"variation": True}, "variation of task 'toy' must be bs.Variation(…), or None if it has no variants. Received: True."),
        ({"instance": 3}, "instance of task 'toy' must be a function of a bs.Draw, or None. Received: 3."),
        (
            {"axes": {"noise": bs.Axis([1, 2], default=1)}},
            "axis 'noise' of task 'toy' is no knob of it, and it has no instance function that acts on it.",
        ),
        ({"axes": {"noise": 3}}, "axis 'noise' of task 'toy' must be bs.Axis(values, default=…). Received: 3."),
        ({"axes": {"Noise": 3}}, "the name of an axis must be lower-case letters, digits and underscores, a letter first."),
        (
            {"axes": {"width": bs.Axis([1, 20], default=1)}, "architecture": {"width": bs.Integer(1, 9, default=2)}},
            "each value of axis 'width' of task 'toy' must be a whole number from 1 to 9. Received: 20.",
        ),
        ({"examples": 0}, "examples of task 'toy' must be a whole number from 1. Received: 0."),
    ],
)  # fmt: skip
def test_what_cannot_be_varied_is_refused(changes: dict[str, Any], said: str) -> None:
    assert refusal(task, **changes).startswith(said)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"split": 1}, "split of a variation must be True or False. Received: 1."),
        ({"inputs": "turn"}, "inputs of a variation must be 'permute', 'rescale', 'rotate' or ''. Received: 'turn'."),
        ({"width": 2}, "width of a variation must be two factors above 0, the lower one first, such as (0.5, 2). Received: 2."),
        (
            {"batch_size": (16, 8)},
            "batch_size of a variation must be two whole numbers from 1, the lower one first, such as (16, 64). Received: (16, 8).",
        ),
        ({"batch_size": (5, 7)}, "batch_size of a variation must hold a power of two or a multiple of 8. Received: (5, 7)."),
    ],
)  # fmt: skip
def test_a_variation_says_what_it_may_be(fields: dict[str, Any], said: str) -> None:
    assert refusal(bs.Variation, **fields) == said


def _raises(draw: bs.Draw) -> dict[str, Any]:
    raise KeyError("kept")


def _leaves(draw: bs.Draw) -> dict[str, Any]:
    sys.exit(3)


def _without_draw() -> dict[str, Any]:
    return {}


class _Callable:
    def __call__(self, draw: bs.Draw) -> dict[str, Any]:
        return {"noise": 1 / 0}


@pytest.mark.parametrize(
    ("instance", "reason", "code", "at"),
    [
        (_raises, "KeyError: 'kept'", _raises.__code__, 1),
        (functools.partial(_raises), "KeyError: 'kept'", _raises.__code__, 1),
        (_leaves, "SystemExit: 3", _leaves.__code__, 1),
        (_without_draw, "TypeError: _without_draw() takes 0 positional arguments but 1 was given", _without_draw.__code__, 0),
        (_Callable(), "ZeroDivisionError: division by zero", _Callable.__call__.__code__, 1),
        (lambda draw: {"architecture": 3}, "TypeError: ", None, 0),
    ],
)  # fmt: skip
def test_whatever_an_instance_raises_is_told_with_the_authors_line(
    instance: Any, reason: str, code: Any, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refusal(variant, instance=instance)
    if code is None:
        assert said.startswith("architecture of task 'toy' must be")  # what a task refuses itself stays as it is
        return
    line = code.co_firstlineno + at
    assert said == (
        f"cannot make 'toy~1': instance of task 'toy' raised {reason}, {__file__}:{line}. "
        "Mend it there, and try it: benchsuite check toy."
    )
    registry = Registry()
    held = Registered(task(instance=instance), Plugin("t", "t"), registry)
    monkeypatch.setitem(registry.tables["task"], "toy", held)
    assert not registry.has("task", "toy~1")
    assert registry.has("task", "toy")


# The registry, certificates, and studies


def test_the_registry_knows_an_instance_by_its_name_and_lists_none(bundled: Registry) -> None:
    one = bundled.task("digits_mlp~3")
    assert bundled.task("digits_mlp~3") is one
    base = bundled.task("digits_mlp")
    assert (one.version, one.tier, one.compares) == (base.version, base.tier, base.compares)
    assert bundled.fingerprint("task", "digits_mlp~3") == bundled.fingerprint("task", "digits_mlp")
    assert bundled.entry("task", "digits_mlp~3").plugin is bundled.entry("task", "digits_mlp").plugin
    assert bundled.has("task", "digits_mlp~3")
    assert not any(map(is_instance, bundled.names("task")))
    fixed = without(bundled)
    for name in ("digits_mlp~x", "digits_mlp~noise=1", "nothing~3", f"{fixed}~3", "noisy_quadratic~noise=-1"):
        assert not bundled.has("task", name)  # so records of such instances are read as those of tasks that are gone
    assert refusal(bundled.task, "digit_mlp~3").startswith("unknown task 'digit_mlp'. Did you mean 'digits_mlp'?")
    said = refusal(bundled.task, f"{fixed}~3")
    assert said.startswith(f"there are no variants of {fixed}: no variation is declared. Tasks that have some: ")
    assert "digits_mlp" in said


def test_a_certificate_says_what_data_an_instance_has(bundled: Registry) -> None:
    held = committed("digits_mlp", bundled)
    assert held is not None
    assert committed("digits_mlp~1", bundled) is None  # targets and losses are those of the published instance
    assert checksum_of(bundled.task("digits_mlp~1"), bundled) == held["variants"]["1"]["checksum"]
    assert checksum_of(bundled.task("digits_mlp~examples=64"), bundled) == held["data"]["checksum"]
    assert checksum_of(bundled.task("digits_mlp~999"), bundled) is None
    assert checksum_of(bundled.task("noisy_quadratic~noise=0.4"), bundled) is None
    sizes = {"digits_mlp~1": (1078, 360, 359), "digits_mlp~999": (1078, 360, 359), "digits_mlp~1~examples=64": (64, 360, 359)}  # fmt: skip
    assert part_sizes([*sizes, "noisy_quadratic~noise=0.4", "nothing~1"], bundled) == sizes


def test_a_sequence_has_an_answer_at_each_place(bundled: Registry) -> None:
    letters = (8 * 500, 8 * 1_500, 8 * 5_000)
    assert answers_in_parts(["kjv_gru", "kjv_gru~7", "adult_few"], bundled) == {
        "kjv_gru": letters,
        "kjv_gru~7": letters,
        "adult_few": (500, 4_000, 8_000),
    }
    assert certify_command("digits_mlp~1~examples=64") == "benchsuite certify digits_mlp --variants 1 --write"
    assert certify_command("digits_mlp") == "benchsuite certify digits_mlp --write"


def without(bundled: Registry) -> str:
    """Return a task without variants whose name begins no other one's."""
    fixed = set(bundled.names("task")) - set(bundled.with_variants)
    return min(name for name in fixed if sum(other.startswith(name) for other in bundled.names("task")) == 1)


def names(found: list[bs.Task]) -> list[str]:
    return [one.name for one in found]


def test_variants_take_the_place_of_tasks(bundled: Registry) -> None:
    assert names(tasks_of(["digits_mlp"], "quick", bundled, (2, 1))) == ["digits_mlp~2", "digits_mlp~1"]
    assert names(tasks_of(["noisy_quadratic~noise=0.4"], "quick", bundled, (1,))) == ["noisy_quadratic~1~noise=0.4"]
    assert names(tasks_of(["digits_mlp~2,digits_mlp"], "quick", bundled)) == ["digits_mlp~2", "digits_mlp"]
    globbed = names(tasks_of(["digits_*"], "quick", bundled))
    assert "digits_mlp" in globbed
    assert not any(map(is_instance, globbed))
    having = {f"{name}~1" for name in bundled.with_variants if name.startswith("digits_")}
    fixed = without(bundled)
    assert set(names(tasks_of(["digits_*", f"{fixed}*"], "quick", bundled, (1,)))) == having
    assert refusal(tasks_of, [fixed], "quick", bundled, (1,)).startswith(f"there are no variants of {fixed}: ")
    said = refusal(tasks_of, ["digits_mlp~2"], "quick", bundled, (1,))
    assert said == "'digits_mlp~2' is a variant itself. Name it without --variant, or 'digits_mlp' with it."


def test_a_study_of_variants_says_what_it_leaves_out(bundled: Registry) -> None:
    planned = plan(Study(task=("digits_mlp",), variant="1-2", seeds="1", components={"optimizer": ("sgd",)}), bundled)
    assert planned.tasks == {"digits_mlp~1": 1, "digits_mlp~2": 1}
    assert len({trial.id for trial in planned.trials.values()}) == 2
    fixed = without(bundled)
    left = plan(Study(task=("digits_mlp", f"{fixed}*"), variant="3", seeds="1"), bundled)
    assert left.tasks == {"digits_mlp~3": 1}
    assert list(left.problems) == [f"task {fixed!r} is left out: they declare no variation, so there are no variants"]


@pytest.mark.parametrize(("text", "numbers"), [("", ()), ("3", (3,)), ("1-3", (1, 2, 3)), ("2,4-5", (2, 4, 5))])
def test_numbers_of_variants(text: str, numbers: tuple[int, ...]) -> None:
    assert Study(variant=text).variant_numbers == numbers


@pytest.mark.parametrize("text", ["0", "0-2", "x", "1,1", "3-1", "1-2000"])
def test_other_numbers_are_refused(text: str) -> None:
    said = refusal(Study, variant=text)
    words = "variant must be variants from 1, at most 1,000 of them: numbers and ranges such as 3, 1-5 or 2,4."
    assert said == f"{words} Received: {text!r}."


# All tasks that have variants


def test_all_tasks_with_variants_are_another_in_each(bundled: Registry) -> None:
    assert {"digits_mlp", "noisy_quadratic"} <= set(bundled.with_variants)
    wrong, seen = [], set()
    for name in sorted(bundled.with_variants, key=lambda name: (bundled.task(name).tier != "quick", name)):
        base = bundled.task(name)
        key = (base.data, base.split, base.variation)
        if base.tier in ("standard", "large") or (base.instance is None and key in seen):
            continue  # their data are not at hand, or those of another one
        seen.add(key)
        quick = base.tier == "quick"  # the others may take seconds to make
        variants = [bundled.task(f"{name}~{number}") for number in ((1, 2) if quick else (1,))]
        wrong += [f"{one.promise}: {one.problem}" for one in judge_data(base, variants, twice=quick) if one.problem]
    assert wrong == []


@pytest.mark.parametrize("name", ["rosenbrock", "quadratic_deep", "noisy_quadratic"])
def test_a_variant_with_the_published_loss_is_no_other_instance(name: str, bundled: Registry) -> None:
    real = bundled.task(name)
    assert real.instance is not None
    drawn = real.instance
    stuck = dataclasses.replace(real, instance=lambda draw: drawn(bs.Draw(draw.task, 0, draw.values)))
    seed = dataclasses.replace(stuck, variation=bs.Variation(split=False))
    for number in (1, 2):
        found = judge_data(seed, [instance_of(seed, Instance(name, number))])[0]
        assert found.problem == f"it is the same as {name}"
        assert not judge_data(real, [instance_of(real, Instance(name, number))])[0].problem


def test_what_is_no_other_instance_is_found() -> None:
    stuck = task(variation=bs.Variation(split=False), instance=lambda draw: {})
    assert [one.problem for one in judge_data(stuck, [instance_of(stuck, Instance("toy", 1))])] == [
        "it is the same as toy", "", "", "", "",
    ]  # fmt: skip
    fewer = task(instance=lambda draw: {"data": lambda: bs.Arrays(X[:40], np.where(Y == 2, 1, Y)[:40])})
    problems = [one.problem for one in judge_data(fewer, [instance_of(fewer, Instance("toy", 1))])]
    assert problems == [
        "", "", "parts (24, 8, 8), (36, 12, 12) in the published one", "",
        "2 classes, 3 in the published one; the first that only one of them has: 2",
    ]  # fmt: skip
    many = np.tile(X, (20, 1))
    place = np.arange(1200)
    rare = task(
        data=lambda: bs.Arrays(many, np.tile(Y, 20)),
        instance=lambda draw: {
            "data": lambda: bs.Arrays(many, ((place % 20 < 2) * 1 + (place % 20 < 1)).astype("int32"))
        },
    )
    problem = judge_data(rare, [instance_of(rare, Instance("toy", 1))])[-1].problem
    assert problem == "a class of 5.0% of the examples, 33.3% in the published one"


def test_check_tries_a_variant_and_the_ends_of_axes(bundled: Registry) -> None:
    def problems(one: bs.Task) -> list[str]:
        return [found.problem for found in instances_are_what_they_say(one, Blame(one, bundled))]

    width: dict[str, Any] = {"architecture": {"width": bs.Integer(1, 9, default=2)}}
    assert problems(task(axes={"width": bs.Axis([1, 2], default=2)}, **width)) == ["", ""]
    assert problems(task(variation=None)) == problems(variant()) == []
    stuck = task(variation=bs.Variation(split=False), instance=lambda draw: {})
    assert problems(stuck) == ["toy~1 is another instance? it is the same as toy"]
    other = task(variation=None, axes={"width": bs.Axis([1, 2], default=1)}, **width)
    assert problems(other) == ["the default of axis 'width' is not what the task has: 2"]
