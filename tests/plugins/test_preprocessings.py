"""Preprocessings against scikit-learn, and their inverses."""

import numpy as np
import pytest
from sklearn import preprocessing as sklearn_preprocessing

GENERATOR = np.random.default_rng(0)
TRAIN = np.column_stack([GENERATOR.normal(5, 2, 80), GENERATOR.uniform(-3, 9, 80), np.full(80, 7.5)]).astype("float32")
OTHER = (TRAIN[:20] * 1.5).astype("float32")


@pytest.mark.parametrize(
    ("name", "chosen", "reference"),
    [
        ("standardize", {}, sklearn_preprocessing.StandardScaler()),
        ("min_max", {"low": 0.0}, sklearn_preprocessing.MinMaxScaler()),
        ("min_max", {"low": -1.0}, sklearn_preprocessing.MinMaxScaler((-1, 1))),
    ],
)
def test_it_agrees_with_scikit_learn_on_seen_and_unseen_data(bundled, name, chosen, reference):
    component = bundled.component("preprocessing", name)
    fitted = component.make(**component.hyperparameters(chosen))
    fitted.fit(TRAIN)
    reference.fit(TRAIN.astype("float64"))
    for data in (TRAIN, OTHER):
        np.testing.assert_allclose(
            fitted.transform(data), reference.transform(data.astype("float64")), rtol=1e-5, atol=1e-5
        )
        np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(data)), data, rtol=1e-5)
