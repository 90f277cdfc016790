"""Regularizations against NumPy float64: penalties, layers, what becomes of a batch, what happens after a step."""

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.components.regularization import Step

rng = np.random.default_rng(0)
X = rng.normal(2.0, 3.0, size=(40, 7)).astype("float32")


def make(bundled, name, **chosen):
    component = bundled.component("regularization", name)
    return component.make(**component.hyperparameters(chosen))


def in_step(function, step=0, key=1):
    """Call a function inside the noise stream of a step."""
    import tensorflow as tf

    with bs.noise.stream(tf.constant(key, tf.int64), tf.constant(step, tf.int64)):
        return function()


def changed(bundled, name, x, y=None, classes=None, step=0, **chosen):
    """Return a batch as a regularization changes it."""
    import tensorflow as tf

    y = np.zeros(len(x), "int32") if y is None else y
    regularization = make(bundled, name, **chosen)
    found = in_step(lambda: regularization.batch(tf.constant(x), tf.constant(y), classes), step)
    return tuple(np.asarray(one) for one in found)


# ---------------------------------------------------------------- penalties


@pytest.mark.parametrize(
    ("name", "chosen", "value", "slope"),
    [
        ("l2", {}, lambda w: (w**2).sum() / 2, lambda w: w),
        ("l1", {}, lambda w: np.abs(w).sum(), np.sign),
        (
            "elastic",
            {"ratio": 0.3},
            lambda w: 0.3 * np.abs(w).sum() + 0.35 * (w**2).sum(),
            lambda w: 0.3 * np.sign(w) + 0.7 * w,
        ),
        ("lq", {"q": 2.0}, lambda w: (w**2).sum() / 2, lambda w: w),
        ("lq", {"q": 3.5}, lambda w: (np.abs(w) ** 3.5).sum() / 2, lambda w: 1.75 * np.sign(w) * np.abs(w) ** 2.5),
        ("lq", {"q": 1.0}, lambda w: np.abs(w).sum() / 2, lambda w: np.sign(w) / 2),
        ("lq", {"q": 0.5}, lambda w: np.sqrt(np.abs(w)).sum() / 2, lambda w: np.sign(w) / (4 * np.sqrt(np.abs(w)))),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_penalties_and_their_gradients(bundled, name, chosen, value, slope):
    import tensorflow as tf

    penalty = make(bundled, name, strength=0.03, **chosen)
    weights = tf.constant(np.where(np.abs(X) < 0.05, 0.05, X))  # near 0 the term is smoothed if q < 1
    w = weights.numpy().astype("float64")
    with tf.GradientTape() as tape:
        tape.watch(weights)
        found = penalty(weights)
    # Below q = 1 each weight loses at most √0.001 of its √|w|.
    np.testing.assert_allclose(found, 0.03 * value(w), rtol=3e-2 if chosen.get("q") == 0.5 else 1e-5)
    np.testing.assert_allclose(tape.gradient(found, weights), 0.03 * slope(w), rtol=1e-3)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.99, 1.0, 1.5, 2.0])
def test_the_gradient_of_lq_at_zero_is_zero(bundled, q):
    import tensorflow as tf

    weights = tf.zeros([3])
    with tf.GradientTape() as tape:
        tape.watch(weights)
        value = make(bundled, "lq", strength=1.0, q=q)(weights)
    assert float(value) == pytest.approx(0.0, abs=1e-6)
    assert np.array_equal(tape.gradient(value, weights), np.zeros(3))


def test_l1_brings_weights_to_zero_and_l2_does_not(bundled):
    """½‖w − a‖² with a penalty: L1 gives sign(a)·max(|a| − λ, 0), L2 gives a/(1 + λ)."""
    import tensorflow as tf

    a, strength, rate = np.array([-2.0, -0.3, 0.15, 0.4, 1.0]), 0.5, 0.05
    found = {}
    for name in ("l1", "l2"):
        penalty, w = make(bundled, name, strength=strength), tf.Variable(a, dtype=tf.float32)
        for _ in range(200):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum((w - a.astype("float32")) ** 2) / 2 + penalty(w)
            w.assign_sub(rate * tape.gradient(loss, w))
        found[name] = w.numpy()
    small = np.abs(a) < strength
    np.testing.assert_allclose(found["l1"], np.sign(a) * np.maximum(np.abs(a) - strength, 0), atol=2 * rate * strength)
    np.testing.assert_allclose(found["l2"], a / (1 + strength), rtol=1e-4)
    assert (np.abs(found["l1"])[small] <= rate * strength).all()
    assert (np.abs(found["l2"])[small] > 3 * rate * strength).all()


# ---------------------------------------------------------------- targets


def test_label_smoothing_makes_the_vector_of_the_notes(bundled):
    x = np.ones((2, 3), "float32")
    same, soft = changed(bundled, "label_smoothing", x, np.array([2, 0], "int32"), 5, epsilon=0.2)
    assert np.array_equal(same, x)
    e = np.float32(0.2) / 4
    np.testing.assert_allclose(soft, [[e, e, 0.8, e, e], [0.8, e, e, e, e]], rtol=1e-7)
    _, all_of_them = changed(bundled, "label_smoothing", x, np.array([2, 0], "int32"), 5, epsilon=0.2, spread="all")
    np.testing.assert_allclose(all_of_them, [[0.04, 0.04, 0.84, 0.04, 0.04], [0.84, *[0.04] * 4]], rtol=1e-6)


def test_label_smoothing_at_each_time_step_and_after_mixup(bundled):
    _, soft = changed(bundled, "label_smoothing", np.ones((2, 3), "float32"), np.zeros((2, 3), "int32"), 4)
    np.testing.assert_allclose(soft, np.broadcast_to([0.9, *[0.1 / 3] * 3], (2, 3, 4)), rtol=1e-6)
    mixed = np.array([[0.25, 0.75, 0.0]], "float32")
    _, both = changed(bundled, "label_smoothing", np.ones((1, 3), "float32"), mixed, 3)
    np.testing.assert_allclose(both, 0.9 * mixed + 0.05 * (1 - mixed), rtol=1e-6)


def test_losses_take_distributions(bundled):
    y = np.arange(40, dtype="int32") % 7
    z = X.astype("float64")
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    soft = 0.7 * np.eye(7)[y] + 0.3 * np.eye(7)[::-1][y]
    expected = {"cross_entropy": -(soft * np.log(p)).sum(1), "squared_error": ((p - soft) ** 2).sum(1)}
    for name, values in expected.items():
        component = bundled.component("loss", name)
        assert component.soft_targets
        loss = component.make()
        np.testing.assert_allclose(loss(soft.astype("float32"), X), values, rtol=1e-4)
        np.testing.assert_allclose(loss(np.eye(7, dtype="float32")[y], X), loss(y, X), rtol=1e-4, atol=1e-6)


def test_mixup_mixes_inputs_and_targets_by_the_same_share(bundled):
    count = 12
    x = np.eye(count, dtype="float32")  # what is mixed can be read from the result
    y = (np.arange(count) % 3).astype("int32")
    shares = set()
    for step in range(6):
        mixed, soft = changed(bundled, "mixup", x, y, 3, step, alpha=1.0)
        np.testing.assert_allclose(mixed.sum(0), np.ones(count), rtol=1e-6)  # a permutation: everybody twice
        np.testing.assert_allclose(mixed.sum(1), np.ones(count), rtol=1e-6)
        shares.add(float(np.median(np.diag(mixed))))
        np.testing.assert_allclose(soft, mixed @ np.eye(3)[y], atol=1e-6)
    assert len(shares) == 6
    values = rng.normal(size=(count, 2)).astype("float32")
    mixed, between = changed(bundled, "mixup", x, values)
    np.testing.assert_allclose(between, mixed @ values, atol=1e-6)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 2.0])
def test_shares_follow_the_beta_distribution(bundled, alpha):
    from scipy.stats import beta

    shares = make(bundled, "mixup", alpha=alpha).shares
    lower = (np.arange(2048) + 0.5) / 4096
    np.testing.assert_allclose(beta(alpha, alpha).cdf(shares[:2048].astype("float64")), lower, rtol=1e-4)
    np.testing.assert_allclose(shares[::-1], 1 - shares, atol=1e-6)
    assert shares.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=1e-3)


def test_cutmix_mixes_targets_by_area(bundled):
    count, height, width = 6, 6, 9
    x = np.broadcast_to(np.arange(count, dtype="float32")[:, None, None, None], (count, height, width, 1)).copy()
    y = np.arange(count, dtype="int32")
    areas = []
    for step in range(10):
        mixed, soft = changed(bundled, "cutmix", x, y, count, step)
        foreign = (mixed != x).any(axis=(0, 3))
        area = foreign.sum()
        areas.append(area)
        if area:
            rows, columns = np.where(foreign)
            assert area == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)  # a box, the same for the whole batch
        partner = mixed[:, foreign, 0][:, 0].astype(int) if area else y
        share = 1 - area / (height * width)
        np.testing.assert_allclose(soft, share * np.eye(count) + (1 - share) * np.eye(count)[partner], atol=1e-6)
        assert (mixed[:, foreign, 0] == partner[:, None]).all()
    assert len(set(areas)) > 4
    untouched, hard = changed(bundled, "cutmix", x, y, count, probability=1e-9)
    assert np.array_equal(untouched, x)
    assert np.array_equal(hard, np.eye(count))


def test_cutout_hides_a_square(bundled):
    x = np.ones((300, 8, 12, 2), "float32")
    found, _ = changed(bundled, "cutout", x, fraction=0.5)
    holes = (found == 0).all(axis=3)
    assert np.array_equal(found == 0, np.broadcast_to(holes[..., None], found.shape))
    high, wide = holes.any(axis=2).sum(1), holes.any(axis=1).sum(1)
    assert np.array_equal(holes.sum(axis=(1, 2)), high * wide)
    assert (high.max(), wide.max()) == (4, 4)
    assert (high.min(), wide.min()) == (2, 2)  # around a corner pixel
    # The centre is any pixel: the one in the middle is hidden as often as a 4 × 4 square around a random pixel hides it.
    often = 16 / (8 * 12)
    assert abs(holes[:, 4, 6].mean() - often) < 5 * np.sqrt(often / 300)


# ---------------------------------------------------------------- pictures


def places(count, height, width):
    """Return images whose two channels say where each pixel lies, seen from the centre."""
    rows, columns = np.mgrid[:height, :width].astype("float32")
    image = np.stack([rows - (height - 1) / 2, columns - (width - 1) / 2], axis=-1)
    return np.broadcast_to(image, (count, height, width, 2)).copy()


def module_of(bundled, name):
    return bundled.entry("regularization", name).plugin.module


def test_rotation_by_right_angles_moves_whole_pixels(bundled):
    rotated = module_of(bundled, "augment_rotate").rotated
    image = rng.normal(size=(1, 5, 5, 2)).astype("float32")
    four = np.repeat(image, 4, axis=0)
    found = rotated(four, np.array([0.0, 90.0, 180.0, -90.0], "float32"))
    for one, turns in zip(found, (0, 1, 2, 3), strict=True):
        np.testing.assert_allclose(one, np.rot90(image[0], turns), atol=1e-5)


@pytest.mark.parametrize(("fill", "mode"), [("nearest", "nearest"), ("zero", "grid-constant")])
def test_pixels_between_pixels_are_bilinear(bundled, fill, mode):
    """Against SciPy's interpolation, with the border of each fill."""
    from scipy.ndimage import affine_transform

    image = rng.normal(size=(7, 9)).astype("float32")
    batch = image[None, :, :, None]
    centre = np.array([3.0, 4.0])
    angle = np.deg2rad(20.0)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    cases = [
        (module_of(bundled, "augment_rotate").rotated(batch, np.array([20.0], "float32"), fill), turn),
        (module_of(bundled, "augment_zoom").zoomed(batch, np.array([1.3], "float32"), fill), np.eye(2) / 1.3),
        (module_of(bundled, "augment_zoom").zoomed(batch, np.array([0.6], "float32"), fill), np.eye(2) / 0.6),
    ]
    for found, matrix in cases:
        expected = affine_transform(image, matrix, centre - matrix @ centre, order=1, mode=mode)
        np.testing.assert_allclose(found[0, :, :, 0], expected, atol=1e-5)


def test_rotations_are_uniform_within_their_range(bundled):
    x = places(400, 9, 9)
    found, _ = changed(bundled, "augment_rotate", x, degrees=30.0)
    # One pixel below the centre comes from (cos, −sin) of the angle.
    angle = np.rad2deg(np.arctan2(-found[:, 5, 4, 1], found[:, 5, 4, 0]))
    assert np.abs(angle).max() <= 30.0001
    assert abs(angle.mean()) < 5 * 30 / np.sqrt(3 * 400)
    assert angle.std() == pytest.approx(30 / np.sqrt(3), rel=0.1)
    assert len(np.unique(angle)) == 400


def test_zooms_are_uniform_within_their_range_and_about_the_centre(bundled):
    found, _ = changed(bundled, "augment_zoom", places(400, 9, 11), span=0.4)
    np.testing.assert_allclose(found[:, 4, 5], 0, atol=1e-5)
    factor = 1 / found[:, 5, 5, 0]
    np.testing.assert_allclose(found[:, 4, 6, 1], 1 / factor, rtol=1e-5)
    assert 0.6 <= factor.min() < 0.65
    assert 1.35 < factor.max() <= 1.4001


def test_shifts_are_whole_pixels_and_fill_what_is_free(bundled):
    x = places(400, 10, 20)
    found, _ = changed(bundled, "augment_shift", x, fraction=0.2)
    down, along = -(found[:, 5, 10] - x[:, 5, 10]).T
    assert set(down) == set(range(-2, 3))
    assert set(along) == set(range(-4, 5))
    one = rng.normal(size=(1, 4, 5, 1)).astype("float32")
    shifted = module_of(bundled, "augment_shift").shifted
    expected = np.zeros_like(one)
    expected[:, 1:, :-2] = one[:, :-1, 2:]
    assert np.array_equal(shifted(one, np.array([1]), np.array([-2]), "zero"), expected)
    edge = np.concatenate([one[:, :1], one[:, :-1]], axis=1)
    assert np.array_equal(shifted(one, np.array([1]), np.array([0]), "nearest"), edge)


def test_crops_are_windows_inside_the_image(bundled):
    x = places(400, 12, 18)
    found, _ = changed(bundled, "augment_crop", x, smallest=0.5)
    side = found[:, 6, 9, 0] - found[:, 5, 9, 0]
    np.testing.assert_allclose(found[:, 5, 10, 1] - found[:, 5, 9, 1], side, atol=1e-4)
    assert 0.5 <= side.min() < 0.55
    assert 0.95 < side.max() <= 1.0001
    middle = found[:, 5:7, 9, 0].mean(1)  # of the window, in rows from the image's centre
    assert (np.abs(middle) <= (1 - side) * 6 + 1e-4).all()
    assert np.abs(middle).max() > 0.75 * 3
    whole = module_of(bundled, "augment_crop").cropped(x[:1], *np.array([[1.0], [0.3], [0.9]], "float32"))
    np.testing.assert_allclose(whole, x[:1], atol=1e-5)
    # Half of each side from the upper right corner: each pixel stands for two, a quarter of a pixel off.
    corner = module_of(bundled, "augment_crop").cropped(x[:1], *np.array([[0.5], [0.0], [1.0]], "float32"))
    np.testing.assert_allclose(corner[0, 1:5, 0, 0], -5.5 + np.array([0.25, 0.75, 1.25, 1.75]), atol=1e-5)
    np.testing.assert_allclose(corner[0, 0, -5:-1, 1], 8.5 - np.array([1.75, 1.25, 0.75, 0.25]), atol=1e-5)


@pytest.mark.parametrize(
    ("direction", "forms"),
    [
        ("horizontal", [lambda i: i, np.fliplr]),
        ("vertical", [lambda i: i, np.flipud]),
        ("both", [lambda i: i, np.fliplr, np.flipud, lambda i: np.flipud(np.fliplr(i))]),
    ],
)
def test_flips(bundled, direction, forms):
    x = rng.normal(size=(200, 3, 4, 2)).astype("float32")
    found, _ = changed(bundled, "augment_flip", x, direction=direction)
    which = np.array(
        [[np.array_equal(one, form(image)) for form in forms] for one, image in zip(found, x, strict=True)]
    )
    assert (which.sum(1) == 1).all()
    share = 1 / len(forms)
    assert (np.abs(which.mean(0) - share) < 5 * np.sqrt(share / 200)).all()


def test_colours(bundled):
    coloured = module_of(bundled, "augment_colour").coloured
    x = rng.uniform(size=(2, 4, 5, 3)).astype("float32")
    b, c, s = (np.array(pair, "float32") for pair in ([1.5, 0.5], [0.7, 1.0], [1.0, 0.2]))
    for one, image, bright, contrast, saturation in zip(
        coloured(x, b, c, s), x.astype("float64"), b, c, s, strict=True
    ):
        expected = bright * image
        expected = expected.mean() + contrast * (expected - expected.mean())
        grey = expected.mean(axis=2, keepdims=True)
        np.testing.assert_allclose(one, grey + saturation * (expected - grey), rtol=1e-4, atol=1e-6)
    grey, _ = changed(bundled, "augment_colour", np.ones((200, 2, 2, 1), "float32"), contrast=0.0)
    assert 0.5 <= grey.min() < 0.55
    assert 1.45 < grey.max() <= 1.5001


def test_noise_on_inputs(bundled):
    found, _ = changed(bundled, "augment_noise", np.full((300, 100), 2.0, "float32"), deviation=0.3)
    assert found.mean() == pytest.approx(2.0, abs=5 * 0.3 / np.sqrt(found.size))
    assert found.std() == pytest.approx(0.3, rel=0.02)


IMAGES = ["cutout", "cutmix", *(f"augment_{name}" for name in ("rotate", "zoom", "shift", "crop", "flip", "colour"))]


@pytest.mark.parametrize("name", [*IMAGES, "mixup", "augment_noise", "label_smoothing"])
def test_the_same_step_gives_the_same_batch_and_another_step_another(bundled, name):
    x = rng.normal(size=(4, 6, 6, 3)).astype("float32")
    y = np.arange(4, dtype="int32")
    first, again, other = (changed(bundled, name, x, y, 4, step) for step in (3, 3, 4))
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert name == "label_smoothing" or not np.array_equal(first[0], other[0])
    assert first[0].dtype == np.float32


@pytest.mark.parametrize("name", IMAGES)
def test_images_are_needed(bundled, name):
    with pytest.raises(bs.Unsupported, match=f"regularization '{name}' needs images .* these are float32 \\[7\\]"):
        changed(bundled, name, X)


@pytest.mark.parametrize("name", ["mixup", "augment_noise"])
def test_symbols_have_no_mean(bundled, name):
    with pytest.raises(bs.Unsupported, match="these are int32 symbols"):
        changed(bundled, name, np.ones((2, 3), "int32"), np.ones(2, "int32"), 3)


@pytest.mark.parametrize("name", ["label_smoothing", "mixup"])
def test_whole_numbers_that_are_no_classes_stay(bundled, name):
    with pytest.raises(bs.Unsupported, match=f"regularization '{name}'"):
        changed(bundled, name, X, np.ones(40, "int32"), None)


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("label_smoothing", {"epsilon": 0.0}),
        ("mixup", {"alpha": 0.0}),
        ("cutmix", {"probability": 0.0}),
        ("cutout", {"fraction": 0.0}),
        ("augment_rotate", {"degrees": 0.0}),
        ("augment_zoom", {"span": 0.0}),
        ("augment_shift", {"fraction": 0.0}),
        ("augment_crop", {"smallest": 1.0}),
        ("augment_colour", {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0}),
        ("augment_noise", {"deviation": 0.0}),
        ("dropconnect", {"rate": 0.0}),
        ("l1", {"strength": 0.0}),
        ("l2", {"strength": 0}),
        ("elastic", {"strength": 0.0}),
        ("lq", {"strength": 0.0}),
        ("weight_decay", {"strength": 0.0}),
        ("weight_decay", {"strength": 0.0, "scaled": "rate"}),
    ],
)
def test_of_no_strength_it_is_none(bundled, name, chosen):
    assert make(bundled, name, **chosen) is None


# ---------------------------------------------------------------- layers


def test_dropout_keeps_the_expectation_and_is_off_at_evaluation(bundled):
    layer = make(bundled, "dropout", rate=0.3)
    ones = np.ones((200, 500), "float32")
    dropped = np.asarray(in_step(lambda: layer(ones, training=True)))
    assert set(np.unique(dropped)) == {np.float32(0), np.float32(1) / np.float32(0.7)}
    assert dropped.mean() == pytest.approx(1.0, abs=5 * np.sqrt(0.3 / 0.7 / dropped.size))
    assert np.array_equal(layer(ones, training=False), ones)


def test_the_two_forms_of_dropout_are_equal_in_expectation(bundled):
    inverted, first_form = (make(bundled, name, rate=0.3) for name in ("dropout", "dropout_test_scaled"))
    x = np.full((200, 500), 2.0, "float32")
    there = np.asarray(in_step(lambda: inverted(x, training=True)))
    here = np.asarray(in_step(lambda: first_form(x, training=True)))
    np.testing.assert_allclose(here, 0.7 * there, rtol=1e-6)  # the same mask
    at_evaluation = np.asarray(first_form(x, training=False))
    np.testing.assert_allclose(at_evaluation, 0.7 * x, rtol=1e-6)
    assert here.mean() == pytest.approx(at_evaluation.mean(), abs=5 * 2 * np.sqrt(0.21 / x.size))


@pytest.mark.parametrize("shape", [(60, 5, 6, 40), (60, 9, 40)])
def test_spatial_dropout_leaves_out_whole_channels(bundled, shape):
    layer = make(bundled, "spatial_dropout", rate=0.3)
    x = rng.uniform(1, 2, size=shape).astype("float32")
    found = np.asarray(in_step(lambda: layer(x, training=True)))
    gone = (found == 0).reshape(shape[0], -1, shape[-1])
    assert np.array_equal(gone.all(axis=1), gone.any(axis=1))
    assert abs(gone.mean() - 0.3) < 5 * np.sqrt(0.21 / (60 * 40))
    np.testing.assert_allclose(found[found != 0], (x / np.float32(0.7))[found != 0], rtol=1e-6)
    assert np.array_equal(layer(x, training=False), x)
    assert layer.applies


def test_spatial_dropout_leaves_dense_layers_alone(bundled):
    layer = make(bundled, "spatial_dropout", rate=0.3)
    assert np.array_equal(in_step(lambda: layer(X, training=True)), X)
    assert not layer.applies


def test_gaussian_noise_is_added_in_training_only(bundled):
    layer = make(bundled, "gaussian_noise", deviation=0.5)
    x = np.full((200, 300), 3.0, "float32")
    noisy = np.asarray(in_step(lambda: layer(x, training=True)))
    assert noisy.mean() == pytest.approx(3.0, abs=5 * 0.5 / np.sqrt(x.size))
    assert noisy.std() == pytest.approx(0.5, rel=0.02)
    assert np.array_equal(layer(x, training=False), x)


@pytest.mark.parametrize("name", ["dropout", "dropout_test_scaled", "spatial_dropout", "gaussian_noise"])
def test_layers_of_rate_zero_are_none_to_the_bit(bundled, name):
    layer = make(bundled, name, **{"deviation" if name == "gaussian_noise" else "rate": 0.0})
    x = X.reshape(8, 5, 7)
    assert np.array_equal(in_step(lambda: layer(x, training=True)), x)
    assert np.array_equal(layer(x, training=False), x)


def test_dropconnect_leaves_out_weights_and_keeps_the_expectation(bundled):
    import tensorflow as tf

    kernels = [np.full((200, 300), 2.0, "float32"), np.ones((3, 3, 8, 16), "float32")]
    masked = in_step(lambda: make(bundled, "dropconnect", rate=0.3).in_training([tf.constant(k) for k in kernels]))
    for found, kernel in zip(masked, kernels, strict=True):
        values = np.asarray(found)
        np.testing.assert_allclose(values[values != 0], (kernel / np.float32(0.7))[values != 0], rtol=1e-6)
        assert abs((values == 0).mean() - 0.3) < 5 * np.sqrt(0.21 / values.size)


# ---------------------------------------------------------------- after a step


def built(bundled, name, *values, **chosen):
    """Return a regularization on variables of these values, and the variables; all with more than one axis are kernels."""
    import keras

    variables = [keras.Variable(value, dtype="float32") for value in values]
    regularization = make(bundled, name, **chosen)
    regularization.build(variables, [v for v in variables if len(v.shape) > 1])
    return regularization, variables


def step(number=0, epoch=10, total=40, rate=None, before=()):
    import tensorflow as tf

    rate = None if rate is None else tf.constant(rate, tf.float32)
    return Step(*(tf.constant(one, tf.int64) for one in (number, epoch, total)), rate, before)


def test_max_norm_scales_units_that_are_too_long(bundled):
    dense, conv, bias = X, rng.normal(size=(3, 3, 2, 4)).astype("float32"), np.full(7, 9.0, "float32")
    dense = dense * np.linspace(0.01, 1, 7).astype("float32")
    regularization, variables = built(bundled, "max_norm", dense, conv, bias, bound=4.0)
    regularization.after_step(step())
    for variable, value in zip(variables[:2], (dense, conv), strict=True):
        units = value.reshape(-1, value.shape[-1]).astype("float64")
        norms = np.sqrt((units**2).sum(0))
        assert (norms > 4).any()
        expected = (units * np.minimum(1, 4 / norms)).reshape(value.shape)
        np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-5)
        within = norms <= 4
        assert np.array_equal(variable.numpy()[..., within], value[..., within])  # to the bit
    assert np.array_equal(variables[2].numpy(), bias)


def test_weight_decay_takes_a_part_of_what_was_there_before_the_step(bundled):
    kernel, bias = X, np.ones(7, "float32")
    for scaled, factor in (("nothing", 0.01), ("rate", 0.01 * 0.5)):
        regularization, variables = built(bundled, "weight_decay", kernel - 1, bias, strength=0.01, scaled=scaled)
        regularization.after_step(step(rate=0.5, before=[kernel, bias]))  # −1 is the optimizer's step
        expected = (1 - factor) * kernel.astype("float64") - 1
        np.testing.assert_allclose(variables[0].numpy(), expected, rtol=1e-5, atol=1e-6)
        assert np.array_equal(variables[1].numpy(), bias)


def test_weight_decay_by_the_rate_needs_one(bundled):
    regularization, _ = built(bundled, "weight_decay", X, scaled="rate")
    with pytest.raises(bs.Unsupported, match="needs a learning rate"):
        regularization.after_step(step(before=[X]))


@pytest.mark.parametrize("name", ["weight_decay", "max_norm"])
def test_kernels_are_needed(bundled, name):
    with pytest.raises(bs.Unsupported, match=f"regularization '{name}' needs kernels"):
        built(bundled, name, np.ones(3, "float32"))


def follow(bundled, name, path, **chosen):
    """Return the values that evaluation uses before the first step and after each of a path of weights."""
    regularization, (variable,) = built(bundled, name, path[0], **chosen)
    found = [np.asarray(regularization.evaluation_values([variable])[0])]
    for number, value in enumerate(path[1:]):
        variable.assign(value)
        regularization.after_step(step(number, epoch=3, total=12))
        found.append(np.asarray(regularization.evaluation_values([variable])[0]))
    return found


PATH = rng.normal(size=(13, 4)).astype("float32")


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9])
def test_ema_is_the_weighted_mean_of_the_trained_weights(bundled, decay):
    found = follow(bundled, "ema", PATH, decay=decay)
    assert np.array_equal(found[0], PATH[0])
    for t in range(1, len(PATH)):
        weights = decay ** np.arange(t - 1, -1, -1.0)
        expected = np.average(PATH[1 : t + 1].astype("float64"), axis=0, weights=weights)
        np.testing.assert_allclose(found[t], expected, rtol=1e-4, atol=1e-6)
        assert decay or np.array_equal(found[t], PATH[t])


def test_swa_is_the_mean_of_the_weights_at_the_ends_of_late_epochs(bundled):
    found = follow(bundled, "swa", PATH, start=0.3)  # 12 steps, 3 an epoch: averages after steps 6, 9 and 12
    for t in range(6):
        assert np.array_equal(found[t], PATH[t])
    for t, ends in ((6, [6]), (8, [6]), (9, [6, 9]), (11, [6, 9]), (12, [6, 9, 12])):
        np.testing.assert_allclose(found[t], PATH[ends].astype("float64").mean(0), rtol=1e-5, atol=1e-6)


# ---------------------------------------------------------------- between epochs


def test_early_stopping_waits_and_then_stops(bundled):
    monitor = make(bundled, "early_stopping", patience=3)
    losses = [1.0, 0.5, 0.6, 0.4, 0.4, 0.5, float("nan")]
    goes_on = [monitor.after_epoch(epoch, {"loss": loss}) for epoch, loss in enumerate(losses, 1)]
    # An equal loss is no improvement, and neither is NaN.
    assert goes_on == [True, True, True, True, True, True, False]
