"""Programs that another session traced: the same bits without a trace, and never where anything differs that decides."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite.engine.known_programs import KnownPrograms

FED = {"learning_rate": 0.05, "momentum": 0.8}


class Heavy(keras.optimizers.Optimizer):
    """θ ← θ + v with v ← μ·v − α·g, and without v where μ is 0: a question that a trace answers."""

    def __init__(self, learning_rate, momentum, factor=1.0):
        super().__init__(learning_rate)
        self.momentum, self.factor = momentum, factor

    def build(self, variables):
        super().build(variables)
        self.moved = [self.add_variable_from_reference(variable, "moved") for variable in variables]

    def update_step(self, gradient, variable, learning_rate):
        change = -learning_rate * gradient * self.factor
        if self.momentum:
            moved = self.moved[self._get_variable_index(variable)]
            change = self.momentum * moved + change
            moved.assign(change)
        variable.assign_add(change)


SPACE = {"learning_rate": bs.LogUniform(1e-3, 1.0, default=0.05), "momentum": bs.Uniform(0.0, 0.99, default=0.8)}


@pytest.fixture(params=[True, False], ids=["xla", "graph"])
def kept(request, bench, tmp_path):
    """Sessions that share a folder, on a task that XLA compiles and on one that it does not."""
    bench.change_task(xla=request.param)
    bench.add(bs.Optimizer(name="heavy", make=Heavy, space=SPACE))

    def session(code="1"):
        known = KnownPrograms(lambda trial: {"code": code}, tmp_path)
        return bench.new_session(known=known)

    return session


def files(tmp_path):
    return sorted(path for path in tmp_path.rglob("p_*"))


def numbers(bench, session, **chosen):
    ending, _ = bench.ran(session=session, **{"optimizer": ("heavy", FED), **chosen}).ending, None
    assert ending.outcome == "completed", ending.reason
    return ending.numbers()


def test_a_program_that_is_known_gives_the_same_bits_without_a_trace(bench, kept, tmp_path):
    first, second, plain = kept(), kept(), bench.new_session()
    begun = numbers(bench, first)
    assert first.traces == 2
    (file,) = files(tmp_path)
    tf.function(lambda x: x + 1)(tf.zeros(3))  # names go on
    assert numbers(bench, second) == begun
    assert second.traces == 0
    # And for other seeds and rates, as any used program.
    other = {"seed": 3, "optimizer": ("heavy", FED | {"learning_rate": 0.1})}
    assert numbers(bench, second, **other) == numbers(bench, plain, **other) != begun
    assert (second.traces, second.programs_built) == (0, 1)
    assert files(tmp_path) == [file]


def test_what_was_asked_while_it_was_traced_is_known_as_well(bench, kept):
    numbers(bench, kept())
    session, plain = kept(), bench.new_session()
    numbers(bench, session)
    for momentum, built in ((0.3, 1), (0.0, 2)):  # fed; another answer, and so another program
        chosen = {"optimizer": ("heavy", FED | {"momentum": momentum})}
        assert numbers(bench, session, **chosen) == numbers(bench, plain, **chosen)
        assert session.programs_built == built


def test_other_code_other_data_and_other_numbers_are_other_programs(bench, kept, tmp_path):
    numbers(bench, kept())
    numbers(bench, kept(code="2"))
    assert len(files(tmp_path)) == 2
    numbers(bench, kept(), optimizer=("heavy", FED | {"momentum": 0.5}))
    assert len(files(tmp_path)) == 3
    data = bench.task.data()
    bench.change_task(data=lambda: bs.Arrays(np.asarray(data.x) * 2, data.y))
    session = kept()
    numbers(bench, session)
    assert session.traces == 2
    assert len(files(tmp_path)) == 4


def test_what_is_broken_or_of_another_program_is_traced(bench, kept, tmp_path):
    begun = numbers(bench, kept())
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    session = kept()
    assert numbers(bench, session) == begun
    assert session.traces == 2
    # Whole, and written by somebody with other ideas.
    session = kept()
    found = dict(session._known.get(file.name))
    for change in (
        {"train": b"no code"},
        {"about": b"[]"},
        {"about": json.dumps({**json.loads(found["about"]), "fed": []}).encode()},  # its variables are not there
    ):
        session._known._folder.put(file.name, {**found, **change})
        again = kept()
        assert numbers(bench, again) == begun
        assert again.traces == 2


def test_a_function_that_is_given_a_tensor_from_outside_is_not_kept(bench, kept, tmp_path):
    def make(learning_rate, momentum):
        return Heavy(learning_rate, momentum, factor=tf.constant(0.5) * tf.ones((1,)))

    bench.add(bs.Optimizer(name="held", make=make, space=SPACE))
    session = kept()
    numbers(bench, session, optimizer=("held", FED))
    assert session.traces == 2
    assert files(tmp_path) == []
