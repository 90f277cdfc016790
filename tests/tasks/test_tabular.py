"""The tables: rows, classes and ranges as published, adult without rows in two parts, and networks of equal size in the depth family."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.data import PARTS, load, prepare
from benchsuite.engine.session import Session
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from benchsuite_tasks.tabular import adult_mlp, diamonds_mlp
from tests.bundled import REGISTRY

FOLDER = Path(adult_mlp.__file__).parent
# Of the files as committed; adult.md and diamonds.md say how they came to be.
SHA256 = {
    "adult.npz": "e3a6fe2b80a399e5fa8c78de3ed2892b7c6097ddbf948dbe0d7d80e5fb1a83dd",
    "diamonds.npz": "dca04149322ae85593b179b26194b5fdab90a4a36f3464f5e2e785719210d0e4",
}
# Task: rows, columns, examples of each class; as the descriptions in scikit-learn and UCI's pages say.
CLASSES = {
    "breast_cancer_logistic": (569, 30, [212, 357]),
    "wine_softmax": (178, 13, [59, 71, 48]),
    "adult_mlp": (29096, 13, [21886, 7210]),
    "adult_few": (29096, 107, [21886, 7210]),
}
VALUES = {"diabetes_mlp": (442, 10), "diamonds_mlp": (53772, 26)}
TABLES = [*CLASSES, *VALUES]
DEPTHS = [f"depth_{layers}" for layers in range(1, 9)]


@pytest.fixture(scope="module")
def tables():
    """The arrays of every table, read once."""
    return {name: REGISTRY.task(name).data() for name in TABLES}


@pytest.fixture(scope="module")
def adult():
    """The census, split."""
    return load(REGISTRY.task("adult_mlp"))


@pytest.mark.parametrize("name", SHA256)
def test_a_vendored_table_is_the_one_that_was_committed(name):
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == SHA256[name]


@pytest.mark.parametrize("name", TABLES)
def test_inputs_are_finite_numbers_and_no_column_is_constant(tables, name):
    arrays = tables[name]
    assert arrays.x.dtype == np.float32
    assert np.isfinite(arrays.x).all()
    assert np.isfinite(arrays.y).all()
    assert (np.ptp(arrays.x, axis=0) > 0).all()


@pytest.mark.parametrize("name", CLASSES)
def test_it_has_the_rows_columns_and_classes_of_the_published_table(tables, name):
    rows, columns, members = CLASSES[name]
    assert tables[name].x.shape == (rows, columns)
    assert np.bincount(tables[name].y).tolist() == members


@pytest.mark.parametrize("name", VALUES)
def test_it_has_the_rows_and_columns_of_the_published_table(tables, name):
    rows, columns = VALUES[name]
    assert tables[name].x.shape == (rows, columns)
    assert tables[name].y.shape == (rows, 1)


@pytest.mark.parametrize(
    ("name", "column", "low", "high"),
    [
        ("breast_cancer_logistic", 0, 6.981, 28.11),  # mean radius
        ("breast_cancer_logistic", 23, 185.2, 4254.0),  # worst area
        ("wine_softmax", 4, 70, 162),  # magnesium
        ("wine_softmax", 12, 278, 1680),  # proline
        ("diabetes_mlp", 0, 19, 79),  # age
        ("diabetes_mlp", 1, 1, 2),  # sex
        ("diamonds_mlp", 0, 0.2, 5.01),  # carat
        ("diamonds_mlp", 3, 3.73, 10.74),  # length; 0 cannot be
        ("diamonds_mlp", 4, 3.68, 10.54),  # width, likewise; nor 58.9
        ("diamonds_mlp", 5, 1.07, 6.98),  # height, likewise; nor 31.8
        ("adult_mlp", 0, 17, 90),  # age
        ("adult_mlp", 1, 1, 16),  # education_num
        ("adult_mlp", 2, 0, 99999),  # capital_gain
        ("adult_mlp", 3, 0, 4356),  # capital_loss
        ("adult_mlp", 4, 1, 99),  # hours_per_week
    ],
)
def test_columns_span_what_the_descriptions_say(tables, name, column, low, high):
    values = tables[name].x[:, column]
    assert (values.min(), values.max()) == (np.float32(low), np.float32(high))


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("breast_cancer_logistic", "load_breast_cancer"),
        ("wine_softmax", "load_wine"),
        ("diabetes_mlp", "load_diabetes"),
    ],
)
def test_a_file_read_without_scikit_learn_is_what_its_own_loader_gives(tables, name, reader):
    from sklearn import datasets

    options = {"scaled": False} if name == "diabetes_mlp" else {}
    x, y = getattr(datasets, reader)(return_X_y=True, **options)
    np.testing.assert_array_equal(tables[name].x, x.astype("float32"))
    np.testing.assert_array_equal(tables[name].y.ravel(), y.astype(tables[name].y.dtype))


@pytest.mark.parametrize("name", TABLES)
def test_axes_hold_what_the_task_has(name):
    task = REGISTRY.task(name)
    assert task.variation is not None
    assert task.axes["examples"].default == load(task).sizes[0]
    assert task.axes["examples"].values[0] >= task.batch_size
    assert task.axes["batch_size"].default == task.batch_size


def test_prices_of_diamonds_are_logarithms_in_the_data_and_standardized_on_the_training_part(tables):
    y = tables["diamonds_mlp"].y
    assert np.exp([y.min(), y.max()]) == pytest.approx([326, 18823], rel=1e-5)
    dataset = load(REGISTRY.task("diamonds_mlp"))
    train = dataset.y[dataset.part("train")].astype("float64")
    assert train.mean() == pytest.approx(0, abs=1e-6)
    assert train.std() == pytest.approx(1, abs=1e-6)


def test_the_census_holds_the_published_rows_before_duplicates_go():
    with np.load(FOLDER / "adult.npz") as table:
        columns = {name: table[name] for name in table.files}
    assert set(columns) == {*adult_mlp.NUMBERS, *adult_mlp.CATEGORIES, "income"}
    assert np.bincount(columns["income"]).tolist() == [24720, 7841]
    rows = np.column_stack(list(columns.values()))
    assert len(rows) - len(np.unique(rows, axis=0)) == 3465
    # "?" is code 0 where it occurs: 1,836 kinds of employer, 1,843 occupations, 583 countries.
    unknown = [int((columns[name] == 0).sum()) for name in ("workclass", "occupation", "native_country")]
    assert unknown == [1836, 1843, 583]
    assert sum(unknown) == 4262


def test_every_category_of_the_census_occurs_and_has_a_code_below_its_count(tables):
    arrays = tables["adult_mlp"]
    assert arrays.symbols == len(adult_mlp.CATEGORIES)
    codes = arrays.x[:, -arrays.symbols :]
    for column, count in zip(codes.T, adult_mlp.CATEGORIES.values(), strict=True):
        assert np.unique(column).tolist() == list(range(count))


def test_few_rows_of_the_census_are_its_rows_one_hot_and_most_of_the_training_part_is_left_out(tables):
    few, whole = tables["adult_few"], tables["adult_mlp"]
    np.testing.assert_array_equal(few.x[:, :5], whole.x[:, :5])
    np.testing.assert_array_equal(few.y, whole.y)
    first = 5
    for place, count in enumerate(adult_mlp.CATEGORIES.values(), start=5):
        hot = few.x[:, first : first + count]
        assert (hot.sum(axis=1) == 1).all()
        np.testing.assert_array_equal(hot.argmax(axis=1), whole.x[:, place])
        first += count
    for name in ("adult_few", "adult_few~1"):
        assert load(REGISTRY.task(name)).sizes == (500, 4000, 8000)
    assert load(REGISTRY.task("adult_few~examples=2000")).sizes == (2000, 4000, 8000)


@pytest.mark.parametrize("name", ["adult_mlp", "adult_few", "diamonds_mlp"])
def test_no_row_is_in_two_parts(name):
    dataset = load(REGISTRY.task(name))
    rows = np.column_stack([dataset.x, dataset.y])
    parts = [{row.tobytes() for row in rows[dataset.part(part)]} for part in PARTS]
    assert [len(part) for part in parts] == list(dataset.sizes)  # nor twice in one
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]


@pytest.mark.parametrize("name", ["standardize", "pca"])
def test_preprocessing_changes_the_numbers_of_the_census_and_leaves_its_codes(adult, name):
    component = REGISTRY.component("preprocessing", name)
    x = prepare(adult, component.make(**component.hyperparameters({}))).x
    codes = slice(-adult.symbols, None)
    np.testing.assert_array_equal(x[:, codes], adult.x[:, codes])
    numbers = x[adult.part("train"), : -adult.symbols].astype("float64")
    np.testing.assert_allclose(numbers.mean(axis=0), 0, atol=1e-3)
    assert not np.array_equal(x[:, : -adult.symbols], adult.x[:, : -adult.symbols])


def network(name):
    """A task's network, built as a trial builds it; it is not trained."""
    task = REGISTRY.task(name)
    trial = Trial(name, task.version, baseline(task, REGISTRY), 0, task.epochs, task.batch_size)
    return Session(REGISTRY, REGISTRY.task).ready(trial).program.network.model


def test_the_network_of_the_census_looks_up_each_code_column():
    model = network("adult_mlp")
    shapes = [tuple(weight.shape) for weight in model.trainable_weights]
    for count in adult_mlp.CATEGORIES.values():
        assert (count, adult_mlp.SIZE) in shapes
    assert model.count_params() == 7130
    x = np.zeros((1, 13), "float32")
    before = np.asarray(model(x))
    for column in range(5, 13):
        other = x.copy()
        other[0, column] = 1  # another code in one column alone gives another output
        assert not np.array_equal(np.asarray(model(other)), before)


@pytest.mark.parametrize(("name", "count"), [("breast_cancer_logistic", 62), ("wine_softmax", 42)])
def test_a_regression_is_one_linear_layer(name, count):
    model = network(name)
    assert model.count_params() == count
    assert len(model.trainable_weights) == 2


def test_depths_are_1_to_8_and_have_equally_many_parameters():
    assert [name for name in REGISTRY.names("task") if name.startswith("depth_")] == DEPTHS
    counts = {}
    for layers, name in enumerate(DEPTHS, start=1):
        model = network(name)
        assert len(model.trainable_weights) == 2 * (layers + 1)
        counts[name] = model.count_params()
    # As the docstring of depth.py has them.
    assert list(counts.values()) == [8935, 8970, 8975, 9019, 8969, 8935, 8975, 8989]
    assert max(counts.values()) <= 1.02 * min(counts.values())


def test_depths_differ_in_their_network_alone():
    tasks = [REGISTRY.task(name) for name in DEPTHS]
    for field in ("data", "split", "loss", "metrics", "targets", "batch_size", "epochs", "baseline"):
        assert all(getattr(task, field) == getattr(tasks[0], field) for task in tasks), field


@pytest.mark.parametrize("name", [*TABLES, *DEPTHS])
def test_source_licence_and_citation_are_named(name):
    task = REGISTRY.task(name)
    assert task.source
    assert task.license
    assert task.citation


def test_a_table_of_a_package_that_is_missing_is_one_clear_line(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(bs.BenchsuiteError, match="pip install scikit-learn") as caught:
        REGISTRY.task("wine_softmax").data()
    assert "\n" not in str(caught.value)


def test_vendored_tables_have_a_licence_beside_them():
    for task in (adult_mlp, diamonds_mlp):
        name = Path(task.__file__).stem.removesuffix("_mlp")
        assert "licence" in (FOLDER / f"{name}.md").read_text(encoding="utf-8").lower()
