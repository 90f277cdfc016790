"""From data() to arrays: checked, split, and preprocessed by what the training part alone shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchsuite as bs
from benchsuite.data import PARTS, Dataset, load, prepare
from benchsuite.data.splits import fold_indices
from benchsuite.registry import Registry
from benchsuite.trial import Division

X = np.random.default_rng(0).normal(2.0, 3.0, (50, 4)).astype("float32")
Y = (np.arange(50) % 3).astype("int32")


def task(x: Any = X, y: Any = Y, **changes: Any) -> bs.Task:
    fields: dict[str, Any] = {
        "name": "toy",
        "data": lambda: bs.Arrays(x, y),
        "split": bs.HoldOut(0.6, 0.2, 0.2),
        "model": lambda blocks, inputs: inputs,
        "loss": "cross_entropy",
        "primary": "loss",
        "batch_size": 8,
        "epochs": 1,
    }
    return bs.Task(**fields | changes)


def refused(*arguments: Any, **changes: Any) -> str:
    with pytest.raises(bs.BenchsuiteError) as caught:
        load(task(*arguments, **changes))
    assert "\n" not in str(caught.value)
    return str(caught.value)


# Loading


def test_the_parts_lie_one_after_another_and_hold_every_example_once() -> None:
    dataset = load(task(np.arange(50, dtype="float32")[:, None], Y, split=bs.InOrder(0.6, 0.2, 0.2)))
    assert dataset.sizes == (30, 10, 10)
    assert [dataset.part(name) for name in PARTS] == [slice(0, 30), slice(30, 40), slice(40, 50)]
    assert dataset.x[:, 0].tolist() == list(range(50))
    drawn = load(task(np.arange(50, dtype="float32")[:, None], Y))
    assert sorted(drawn.x[:, 0].tolist()) == list(range(50))
    assert (drawn.y == Y[drawn.x[:, 0].astype(int)]).all()  # inputs keep their targets


def test_the_checksum_covers_inputs_and_targets_their_types_and_shapes() -> None:
    sums = [
        load(one).checksum
        for one in (
            task(),
            task(X + 1),
            task(X, 2 - Y),
            task(X, Y.astype("float32")),
            task(X.reshape(50, 2, 2)),
            task(X[::-1], Y[::-1]),
        )
    ]
    assert len(set(sums)) == 6
    assert all(len(one) == 16 for one in sums)
    assert load(task(np.asfortranarray(X), Y)).checksum == sums[0]
    assert load(task(split=bs.HoldOut(0.8, 0.1, 0.1))).checksum == sums[0]  # of the data as they came


@pytest.mark.parametrize("name", ["digits_mlp", "noisy_quadratic", "diamonds_mlp"])
def test_bundled_data_are_the_same_at_each_call(name: str, bundled: Registry) -> None:
    first, again = load(bundled.task(name)), load(bundled.task(name))
    assert first.checksum == again.checksum
    assert np.array_equal(first.x, again.x)
    assert np.array_equal(first.y, again.y)


def test_digits_are_stratified(bundled: Registry) -> None:
    dataset = load(bundled.task("digits_mlp"))
    whole = np.bincount(dataset.y) / len(dataset.y)
    for name in PARTS:
        part = dataset.y[dataset.part(name)]
        assert abs(np.bincount(part) - whole * len(part)).max() < 3


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X[:0], Y[:0], "data() of task 'toy' must return as many inputs as targets. Received: 0 and 0."),
        (X[:49], Y, "data() of task 'toy' must return as many inputs as targets. Received: 49 and 50."),
        (X, Y[:1], "data() of task 'toy' must return as many inputs as targets. Received: 50 and 1."),
        (
            X.astype("float64"),
            Y,
            "inputs of task 'toy' must be float32 or int32 (or uint8, uint16 for int32). Received: float64.",
        ),
        (
            X.astype(">f4"),
            Y,
            "inputs of task 'toy' must be float32 or int32 (or uint8, uint16 for int32). Received: >f4.",
        ),
        (
            X.astype("int8"),
            Y,
            "inputs of task 'toy' must be float32 or int32 (or uint8, uint16 for int32). Received: int8.",
        ),
        (
            X,
            Y.astype("int64"),
            "targets of task 'toy' must be float32 or int32 (or uint8, uint16 for int32). Received: int64.",
        ),
        (
            X,
            Y.astype(bool),
            "targets of task 'toy' must be float32 or int32 (or uint8, uint16 for int32). Received: bool.",
        ),
        (
            X,
            Y.astype(object),
            "targets of task 'toy' must be float32 or int32 (or uint8, uint16 for int32). Received: object.",
        ),
        (
            X,
            np.array(["a"] * 50),
            "targets of task 'toy' must be float32 or int32 (or uint8, uint16 for int32). Received: <U1.",
        ),
        (
            X.tolist(),
            Y,
            "inputs of task 'toy' must be float32 or int32 (or uint8, uint16 for int32). Received: float64.",
        ),
        (np.float32(1), Y, "data() of task 'toy' must return arrays [examples, ...]. Received: shapes () and (50,)."),
        (X, None, "data() of task 'toy' must return arrays [examples, ...]. Received: shapes (50, 4) and ()."),
    ],
)
def test_data_that_cannot_be_trained_on_are_refused(x: Any, y: Any, message: str) -> None:
    assert refused(x, y) == message


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    spoilt, targets = X.copy(), Y.astype("float32")
    spoilt[17, 2] = value
    assert (
        refused(spoilt)
        == "inputs of task 'toy' hold NaN or infinity: 1 of 200 values, the first at [17, 2]. Clean them in data()."
    )
    targets[3] = value
    assert (
        refused(X, targets)
        == "targets of task 'toy' hold NaN or infinity: 1 of 50 values, the first at [3]. Clean them in data()."
    )


def test_something_else_than_arrays_is_refused() -> None:
    assert refused(data=lambda: (X, Y)) == "data() of task 'toy' must return bs.Arrays(x, y). Received: tuple."
    assert refused(data=lambda: None) == "data() of task 'toy' must return bs.Arrays(x, y). Received: NoneType."


def test_fewer_training_examples_than_a_batch_are_refused() -> None:
    assert refused(batch_size=31) == "task 'toy' has 30 training examples, fewer than its batch size 31."
    assert load(task(batch_size=30)).sizes[0] == 30


# Targets


EQUAL = "all targets of task 'toy' are equal: there is nothing to learn."
EQUAL_IN_TRAINING = "all training targets of task 'toy' are equal: there is nothing to learn."


@pytest.mark.parametrize("y", [Y * 0, Y.astype("uint16") * 0 + 7, np.full((50, 2), -0.5, "float32"), Y[:, None][:, :0]])
def test_targets_that_are_all_equal_are_refused(y: np.ndarray) -> None:
    assert refused(X, y) == EQUAL
    assert refused(X, y, loss="mse") == EQUAL
    load(task(X, y, loss=lambda model, batch, training: 0.0))  # it may be one that needs no targets


def test_training_targets_that_are_all_equal_are_refused() -> None:
    y = np.repeat([0, 1], [40, 10]).astype("int32")
    in_order = bs.InOrder(40, 5, 5)
    assert refused(X, y, split=in_order) == EQUAL_IN_TRAINING
    assert refused(X, y.astype("float32"), split=in_order, loss="mse", standardize_targets=True) == EQUAL_IN_TRAINING
    load(task(X, y, split=in_order, loss=lambda model, batch, training: 0.0))
    assert load(task(X, y, split=bs.InOrder(41, 4, 5))).y[:41].sum() == 1
    assert load(task(X, y)).sizes == (30, 10, 10)  # drawn: there are both


def test_a_fold_whose_training_part_has_one_class_is_unsupported() -> None:
    y, groups = np.zeros(50, "int32"), np.arange(50) // 10
    y[groups == 4] = 1
    toy = task(data=lambda: bs.Arrays(X, y, groups=groups), split=bs.ByGroup(0.6, 0.2, 0.2))
    for number in range(5):
        trained = fold_indices(toy.split, y, groups, 5, number)[0]
        if 4 in groups[trained]:
            assert load(toy, Division((number, 5))).sizes == (30, 10, 10)
        else:  # the group with the other class tests or validates
            with pytest.raises(bs.Unsupported) as caught:
                load(toy, Division((number, 5)))
            assert str(caught.value) == "a fold of task 'toy' has one class in its training part"


def test_looking_at_targets_copies_nothing() -> None:
    import tracemalloc

    from benchsuite.data.prepared import read

    y = np.zeros(2**21, "uint16")
    y[-1] = 1
    toy = task(np.zeros((2**21, 1), "uint8"), y)
    tracemalloc.start()
    read(toy)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < y.nbytes / 10


def test_targets_are_standardized_by_the_training_part_alone() -> None:
    y = np.random.default_rng(1).normal(5, 3, (50, 2)).astype("float32")
    dataset = load(task(X, y, loss="mse", standardize_targets=True))
    train = dataset.y[dataset.part("train")].astype("float64")
    assert dataset.y.dtype == np.float32
    assert np.allclose(train.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(train.std(axis=0), 1, atol=1e-6)
    plain = load(task(X, y, loss="mse"))
    far = y.copy()
    order = {row.tobytes(): number for number, row in enumerate(y)}
    for row in plain.y[plain.part("test")]:
        far[order[row.tobytes()]] = 1000
    moved = load(task(X, far, loss="mse", standardize_targets=True))
    assert np.array_equal(moved.y[moved.part("train")], dataset.y[dataset.part("train")])


def test_a_target_that_never_changes_is_standardized_to_zero() -> None:
    y = np.stack([np.full(50, 7.0), np.arange(50)], axis=1).astype("float32")
    dataset = load(task(X, y, loss="mse", standardize_targets=True))
    assert np.isfinite(dataset.y).all()
    assert (dataset.y[:, 0] == 0).all()


# Preprocessing


class Spy:
    """Centres, and remembers what it was shown."""

    def fit(self, x: np.ndarray) -> None:
        self.seen = x.copy()
        self.mean = x.mean(axis=0)

    def transform(self, x: np.ndarray) -> np.ndarray:
        return x - self.mean


def test_preprocessing_sees_the_training_part_and_nothing_else() -> None:
    dataset, spy = load(task()), Spy()
    prepared = prepare(dataset, spy)
    assert np.array_equal(spy.seen, dataset.x[dataset.part("train")])
    assert np.array_equal(prepared.x, dataset.x - dataset.x[dataset.part("train")].mean(axis=0))


@given(value=st.floats(-1e6, 1e6, width=32), part=st.sampled_from(PARTS[1:]))
def test_what_is_held_out_changes_nothing_about_the_training_part(value: float, part: str) -> None:
    dataset = load(task())
    changed = dataset.x.copy()
    changed[dataset.part(part)] = value
    other = Dataset(changed, dataset.y, dataset.sizes, dataset.checksum)
    train = dataset.part("train")
    assert np.array_equal(prepare(dataset, Spy()).x[train], prepare(other, Spy()).x[train])


def made(registry: Registry, name: str) -> Any:
    component = registry.component("preprocessing", name)
    return component.make(**component.hyperparameters())


@pytest.mark.parametrize("name", ["standardize", "min_max"])
def test_bundled_preprocessings_are_fitted_on_the_training_part(name: str, bundled: Registry) -> None:
    dataset = load(task())
    x = prepare(dataset, made(bundled, name)).x
    train = x[dataset.part("train")].astype("float64")
    if name == "standardize":
        assert np.allclose(train.mean(axis=0), 0, atol=1e-6)
        assert np.allclose(train.std(axis=0), 1, atol=1e-5)
    else:
        assert np.allclose([train.min(axis=0), train.max(axis=0)], [[0] * 4, [1] * 4], atol=1e-6)
    rest = x[dataset.sizes[0] :]
    assert not np.allclose(rest.mean(axis=0), 0, atol=1e-3)
    assert x.dtype == np.float32


@pytest.mark.parametrize("name", ["standardize", "min_max"])
def test_a_feature_that_never_changes_stays_finite(name: str, bundled: Registry) -> None:
    x = X.copy()
    x[:, 1] = 3
    prepared = prepare(load(task(x)), made(bundled, name))
    assert np.isfinite(prepared.x).all()


def test_no_preprocessing_leaves_the_inputs_as_they_are() -> None:
    dataset = load(task())
    assert prepare(dataset, None).x is dataset.x


def test_inputs_with_more_axes_are_flattened_and_get_their_shape_back() -> None:
    dataset, spy = load(task(X.reshape(50, 2, 2))), Spy()
    prepared = prepare(dataset, spy)
    assert spy.seen.shape == (30, 4)
    assert prepared.x.shape == (50, 2, 2)


def test_a_preprocessing_may_change_the_number_of_features() -> None:
    class First:
        def fit(self, x: np.ndarray) -> None:
            pass

        def transform(self, x: np.ndarray) -> np.ndarray:
            return x[:, :1]

    assert prepare(load(task(X)), First()).x.shape == (50, 1)
    with pytest.raises(bs.Unsupported, match=r"makes 1 features of 4; inputs \[2, 2\] would lose their axes"):
        prepare(load(task(X.reshape(50, 2, 2))), First())


def test_large_data_are_transformed_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchsuite.data import prepared

    class Counting:
        def __init__(self) -> None:
            self.rows: list[int] = []

        def fit(self, x: np.ndarray) -> None:
            self.mean = x.mean(axis=0)

        def transform(self, x: np.ndarray) -> np.ndarray:
            self.rows.append(len(x))
            return x - self.mean

    whole, pieces = Counting(), Counting()
    expected = prepare(load(task()), whole).x
    monkeypatch.setattr(prepared, "TRANSFORMED_AT_ONCE", 4 * 20)
    np.testing.assert_array_equal(prepare(load(task()), pieces).x, expected)
    assert whole.rows == [50]
    assert pieces.rows == [20, 20, 10]


def test_a_transformer_of_scikit_learn_works_unmodified() -> None:
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import QuantileTransformer

    dataset = load(task())
    assert prepare(dataset, PCA(2, svd_solver="full")).x.shape == (50, 2)
    assert prepare(dataset, QuantileTransformer(n_quantiles=10)).x.dtype == np.float32


@pytest.mark.parametrize("method", ["fit", "transform"])
def test_a_preprocessing_that_works_in_place_cannot_spoil_the_data_of_others(method: str) -> None:
    class InPlace(Spy):
        def fit(self, x: np.ndarray) -> None:
            super().fit(x)
            if method == "fit":
                x *= 2

        def transform(self, x: np.ndarray) -> np.ndarray:
            if method == "transform":
                x *= 2
            return x

    dataset = load(task())
    before = dataset.x.copy()
    with pytest.raises(ValueError, match="read-only"):
        prepare(dataset, InPlace())
    assert np.array_equal(dataset.x, before)


def test_symbols_cannot_be_preprocessed() -> None:
    dataset = load(task(np.ones((50, 3), "int32")))
    with pytest.raises(bs.Unsupported) as caught:
        prepare(dataset, Spy())
    assert str(caught.value) == "preprocessing needs float32 inputs; these are int32 (symbols have no mean)"
    assert prepare(dataset, None).x is dataset.x


@pytest.mark.parametrize(
    "result",
    [lambda x: x * np.nan, lambda x: x[:10], lambda x: np.full(x.shape, np.inf)],
    ids=["NaN", "rows missing", "infinity"],
)
def test_a_preprocessing_that_spoils_the_inputs_is_refused(result: Any) -> None:
    class Bad(Spy):
        def transform(self, x: np.ndarray) -> np.ndarray:
            return result(x)

    with pytest.raises(bs.BenchsuiteError) as caught:
        prepare(load(task()), Bad())
    assert str(caught.value) == "preprocessing must return one finite row for each example."


# Tuning by cross-validation


def test_an_inner_fold_validates_on_its_share_and_a_refit_trains_on_all_that_does_not_test() -> None:
    x = np.arange(50, dtype="float32")[:, None]
    own = load(task(x, Y))
    fold, refit = load(task(x, Y), Division(inner=(1, 4))), load(task(x, Y), Division(refit=True))
    assert fold.sizes == (30, 10, 10)
    assert refit.sizes == (40, 10, 10)
    for other in (fold, refit):
        assert np.array_equal(other.x[other.part("test")], own.x[own.part("test")])
        assert not set(other.x[other.part("test"), 0]) & set(other.x[other.part("train"), 0])
    assert not set(fold.x[fold.part("train"), 0]) & set(fold.x[fold.part("validation"), 0])
    assert sorted(refit.x[refit.part("train"), 0]) == sorted(own.x[: own.sizes[0] + own.sizes[1], 0])
    assert np.array_equal(refit.x[refit.part("validation")], own.x[own.part("validation")])


def test_what_has_no_inner_folds_is_unsupported() -> None:
    with pytest.raises(bs.Unsupported, match="cannot be tuned by cross-validation: its split is by position"):
        load(task(split=bs.InOrder(0.6, 0.2, 0.2)), Division(inner=(0, 4)))
    with pytest.raises(bs.Unsupported, match="fewer than its batch size"):
        load(task(batch_size=30), Division(inner=(0, 2)))
