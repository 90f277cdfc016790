"""Preprocessings against scikit-learn, their inverses, and what whitening makes of the training part and of nothing else."""

import numpy as np
import pytest
from sklearn import preprocessing as sklearn_preprocessing
from sklearn.decomposition import PCA

import benchsuite as bs
from benchsuite.data import Dataset, load, prepare

GENERATOR = np.random.default_rng(0)
TRAIN = np.column_stack([GENERATOR.normal(5, 2, 80), GENERATOR.uniform(-3, 9, 80), np.full(80, 7.5)]).astype("float32")
OTHER = (TRAIN[:20] * 1.5).astype("float32")

AXES = ["pca", "pca_whiten", "zca_whiten"]
EVERY = ["center", "min_max", "standardize", *AXES]
# Deviations from 0.05 to 20 along slanting axes, far from the origin.
MIXED = (
    GENERATOR.normal(size=(300, 6))
    @ (np.geomspace(0.05, 20, 6)[:, None] * np.linalg.qr(GENERATOR.normal(size=(6, 6)))[0])
    + 10
).astype("float32")
FEW = GENERATOR.normal(3, 2, (12, 40)).astype("float32")
SMALLEST = 1e-12


def make(bundled, name, **chosen):
    component = bundled.component("preprocessing", name)
    return component.make(**component.hyperparameters(chosen))


def covariance(z):
    return np.cov(np.asarray(z, "float64"), rowvar=False)


@pytest.mark.parametrize(
    ("name", "chosen", "reference"),
    [
        ("standardize", {}, sklearn_preprocessing.StandardScaler()),
        ("center", {}, sklearn_preprocessing.StandardScaler(with_std=False)),
        ("min_max", {"low": 0.0}, sklearn_preprocessing.MinMaxScaler()),
        ("min_max", {"low": -1.0}, sklearn_preprocessing.MinMaxScaler((-1, 1))),
    ],
)
def test_it_agrees_with_scikit_learn_on_seen_and_unseen_data(bundled, name, chosen, reference):
    fitted = make(bundled, name, **chosen)
    fitted.fit(TRAIN)
    reference.fit(TRAIN.astype("float64"))
    for data in (TRAIN, OTHER):
        np.testing.assert_allclose(
            fitted.transform(data), reference.transform(data.astype("float64")), rtol=1e-5, atol=1e-5
        )
        np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(data)), data, rtol=1e-5)


@pytest.mark.parametrize("whiten", [False, True], ids=["pca", "pca_whiten"])
@pytest.mark.parametrize("variance", [1.0, 0.99, 0.6])
@pytest.mark.parametrize(("train", "seen"), [(MIXED[:200], MIXED[200:]), (FEW[:10], FEW[10:])], ids=["long", "wide"])
def test_principal_components_are_those_of_scikit_learn(bundled, whiten, variance, train, seen):
    chosen = {"variance": variance} | ({"epsilon": SMALLEST} if whiten else {})
    fitted = make(bundled, "pca_whiten" if whiten else "pca", **chosen).fit(train)
    all_of_them = min(len(train) - 1, train.shape[1])
    reference = PCA(all_of_them if variance == 1 else variance, whiten=whiten, svd_solver="full")
    reference.fit(train.astype("float64"))
    for data in (train, seen):
        expected = reference.transform(data.astype("float64"))
        np.testing.assert_allclose(fitted.transform(data), expected, rtol=1e-4, atol=1e-4)
        restored = reference.inverse_transform(expected)
        np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(data)), restored, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["pca_whiten", "zca_whiten"])
def test_whitened_training_data_have_the_identity_as_covariance(bundled, name):
    z = make(bundled, name, epsilon=SMALLEST).fit(MIXED).transform(MIXED)
    np.testing.assert_allclose(covariance(z), np.eye(6), atol=1e-4)
    np.testing.assert_allclose(np.mean(z, axis=0, dtype="float64"), 0, atol=1e-4)


@pytest.mark.parametrize("name", ["pca_whiten", "zca_whiten"])
def test_epsilon_shrinks_the_axes_that_are_small_against_the_mean_variance(bundled, name):
    before = covariance(MIXED)
    variances, axes = np.linalg.eigh(before)
    shrunk = variances / (variances + 1e-3 * np.trace(before) / 6)
    assert shrunk[0] < 0.1  # else there would be nothing to see
    assert shrunk[5] > 0.999
    expected = np.diag(shrunk[::-1]) if name == "pca_whiten" else axes @ np.diag(shrunk) @ axes.T
    for unit in (1.0, 1000.0):
        z = make(bundled, name, epsilon=1e-3).fit(MIXED * np.float32(unit)).transform(MIXED * np.float32(unit))
        np.testing.assert_allclose(covariance(z), expected, atol=2e-3)


def test_zca_is_the_white_data_closest_to_the_original(bundled):
    scaled = sklearn_preprocessing.StandardScaler().fit_transform(MIXED.astype("float64")).astype("float32")
    zca, pca = (make(bundled, name, epsilon=SMALLEST).fit(scaled).transform(scaled) for name in AXES[:0:-1])
    # The inverse root of the covariance is the only symmetric matrix that whitens.
    variances, axes = np.linalg.eigh(covariance(scaled))
    np.testing.assert_allclose(zca, scaled @ (axes / np.sqrt(variances)) @ axes.T, rtol=1e-3, atol=1e-3)
    assert ((zca - scaled) ** 2).sum() < ((pca - scaled) ** 2).sum()


@pytest.mark.parametrize("name", AXES)
def test_what_the_training_part_spans_comes_back(bundled, name):
    for train in (MIXED, FEW):
        fitted = make(bundled, name).fit(train)
        np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(train)), train, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", AXES)
@pytest.mark.parametrize("rows", [40, 4], ids=["long", "wide"])
def test_features_that_never_change_do_no_harm(bundled, name, rows):
    x = np.column_stack([MIXED[:rows, :3], np.full(rows, 1e4), np.zeros(rows), MIXED[:rows, 0]]).astype("float32")
    unseen = x + np.float32([0, 0, 0, 5, 5, 0])  # and then they do change
    fitted = make(bundled, name).fit(x)
    z, other = fitted.transform(x), fitted.transform(unseen)
    assert np.isfinite(z).all()
    assert np.abs(other).max() < 100
    if name != "pca":
        np.testing.assert_allclose(other, z, atol=1e-3)  # nothing is known about their size
    all_constant = make(bundled, name).fit(x[:, 3:5])
    assert np.isfinite(all_constant.transform(unseen[:, 3:5])).all()


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("features", [(6,), (3, 2)])
def test_nothing_but_the_training_part_decides(bundled, name, features):
    task = bs.Task(
        name="toy",
        data=lambda: bs.Arrays(MIXED.reshape(300, *features), np.arange(300, dtype="float32")),
        split=bs.HoldOut(0.6, 0.2, 0.2),
        model=lambda blocks, inputs: inputs,
        loss="mse",
        primary="loss",
        batch_size=8,
        epochs=1,
    )
    dataset = load(task)
    train = dataset.part("train")
    spoilt = dataset.x.copy()
    spoilt[train.stop :] = 1000 * spoilt[: dataset.sizes[1] + dataset.sizes[2]]
    whole, part = (
        prepare(Dataset(x, dataset.y, dataset.sizes, dataset.checksum), make(bundled, name)).x
        for x in (dataset.x, spoilt)
    )
    assert whole.shape == dataset.x.shape
    assert np.array_equal(whole[train], part[train])
    assert not np.allclose(whole[train.stop :], part[train.stop :])
    alone = make(bundled, name)
    alone.fit(dataset.x[train].reshape(-1, 6))
    expected = alone.transform(dataset.x[train.stop :].reshape(-1, 6)).reshape(-1, *features)
    np.testing.assert_allclose(whole[train.stop :], expected, rtol=1e-6, atol=1e-6)
