"""The probed layers in the report: means over seeds, one colour scale for a measure, heat maps that hold what was measured."""

import dataclasses
import itertools
import math
import re

import pytest

from benchsuite.analysis import layer_probes
from benchsuite.cli.report import write
from benchsuite.engine.program import probes as engine
from benchsuite.registry import Registry
from benchsuite.report import write_report
from benchsuite.report.drawings.heat_scale import DIVERGING_LEVELS, SEQUENTIAL_LEVELS, STRONG, scale_of
from benchsuite.report.drawings.palette import DIVERGING, SEQUENTIAL, mixed
from benchsuite.report.site import task_page
from benchsuite.report.site.assets import assets
from benchsuite.report.site.probe_view import MEASURES, number_text, probes_view, scale_for
from benchsuite.store import Store
from tests.factories import AUTOENCODER, component, make_record
from tests.report.reading import HOSTILE, Page, render, site

TASKS = [task_page.pages]
LAYERS = ("dense_1", "dense_2", "output_1")
XAVIER = {"initializer": [component("xavier_uniform")]}
WIDE = {"initializer": [component("gaussian", deviation=1.0)]}
NARROW = {"initializer": [component("gaussian", deviation=0.01)]}


def probed(value, epochs=(0, 1, 2), layers=LAYERS, **others):
    """Make the probes of one trial: ``value`` is a number or a function of epoch and layer, ``others`` that of one measure."""

    def at(found, epoch, layer):
        return found(epoch, layer) if callable(found) else found

    measures = {
        measure: [[at(others.get(measure, value), epoch, layer) for layer in range(len(layers))] for epoch in epochs]
        for measure in engine.MEASURES
    }
    return {"spec": {}, "layers": list(layers), "epochs": list(epochs), "measures": measures}


def study(*pairs):
    """Return the records and their probes by id."""
    return [record for record, _ in pairs], {record.id: found for record, found in pairs}


def of_task(*pairs):
    (found,) = layer_probes(*study(*pairs)).values()
    return found


def page_of(*pairs):
    records, probes = study(*pairs)
    (page,) = (
        text for path, text in site(records, TASKS, probes=probes).items() if path.startswith("tasks/digits_mlp")
    )
    return page


def maps_of(found, measure):
    (view,) = [view for view in probes_view(found).measures if view.title == MEASURES[measure].title]
    return view


def painted(paths):
    """Read the cells back from the paths: (row, epoch) → class."""
    cells = {}
    for colour, path in paths:
        assert re.fullmatch(r"(M\d+ \d+h\d+)+", path)
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", path):
            for column in range(int(x), int(x) + int(length)):
                assert (int(y), column) not in cells, "a cell is painted twice"
                cells[int(y), column] = colour
    return cells


def unpacked(data, epochs):
    """Read the numbers of a map as the page's script does."""
    rows = []
    for row in data.split(";"):
        cells = row.split(",")
        cells += [""] * (epochs - len(cells))
        for at in range(1, epochs):
            cells[at] = cells[at] or cells[at - 1]
        rows.append(cells)
    return rows


# Means over the seeds


def test_a_number_is_the_mean_over_the_seeds_that_have_one_there():
    found = of_task(
        (make_record(seed=0), probed(lambda epoch, layer: 10.0 * layer + epoch)),
        (make_record(seed=1), probed(lambda epoch, layer: 10.0 * layer + epoch + 2)),
        (make_record(seed=2, outcome="diverged"), probed(lambda epoch, layer: None if epoch else 31.0, epochs=(0, 1))),
    )
    (recipe,) = found.recipes
    assert found.epochs == (0, 1, 2)
    assert found.layers == LAYERS
    assert recipe.counts == (3, 3, 2)
    # Epoch 0 has three seeds; at epoch 1 the third has no number, at epoch 2 it has ended.
    assert recipe.means["weight_norm"] == (
        (11.0, 2.0, 3.0),
        ((10 + 12 + 31) / 3, 12.0, 13.0),
        ((20 + 22 + 31) / 3, 22.0, 23.0),
    )


def test_a_seed_without_probes_takes_none_away_from_the_others():
    found = list(layer_probes([make_record(), make_record(seed=1)], {make_record().id: probed(4.0)}).values())
    assert [one.recipes[0].means["dead"][0][0] for one in found] == [4.0]
    assert found[0].recipes[0].counts == (1, 1, 1)


def test_a_recipe_with_a_seed_that_ended_early_is_not_completed():
    ended = make_record(seed=1, outcome="diverged")
    (recipe,) = of_task((make_record(), probed(1.0)), (ended, probed(1.0, epochs=(0,)))).recipes
    assert not recipe.completed
    (recipe,) = of_task((make_record(), probed(1.0))).recipes
    assert recipe.completed


def test_what_no_seed_has_stays_empty():
    found = of_task((make_record(), probed(1.0, dead=lambda epoch, layer: None if layer == 2 else 0.5)))
    assert found.recipes[0].means["dead"][2] == (None, None, None)
    (one,) = maps_of(found, "dead").maps
    assert {row for row, _ in painted(one.paths)} == {0, 1}
    assert [number.text for number in one.cells[0]] == ["0.500", "0.500", "–"]


def test_each_recipe_has_its_own_mean_and_the_best_comes_first():
    found = of_task(
        (make_record(value=0.9), probed(1.0)),
        (make_record(changes=WIDE, value=0.8), probed(5.0)),
        (make_record(changes=WIDE, value=0.8, seed=1), probed(7.0)),
        (make_record(changes=XAVIER, value=0.95), probed(2.0)),
        (make_record(changes=NARROW, outcome="diverged"), probed(3.0, epochs=(0,))),
    )
    means = {recipe.label: recipe.means["weight_norm"][0][0] for recipe in found.recipes}
    assert list(means.items()) == [
        ("xavier_uniform", 2.0),
        ("he_normal", 1.0),
        ("gaussian[deviation=1]", 6.0),
        ("gaussian[deviation=0.01]", 3.0),
    ]
    assert [recipe.is_baseline for recipe in found.recipes] == [False, True, False, False]


def test_smaller_may_be_better():
    found = of_task(
        (make_record(AUTOENCODER, value=0.5), probed(1.0)), (make_record(AUTOENCODER, XAVIER, value=0.1), probed(1.0))
    )
    assert [recipe.label for recipe in found.recipes] == ["xavier_uniform", "he_normal"]


def test_recipes_that_differ_in_several_kinds_say_in_which():
    both = {**XAVIER, "optimizer": [component("sgd", learning_rate=0.1)]}
    found = of_task((make_record(value=0.9), probed(1.0)), (make_record(changes=both, value=0.8), probed(1.0)))
    assert [recipe.label for recipe in found.recipes] == ["baseline", "optimizer sgd, initializer xavier_uniform"]


def test_budgets_of_one_task_stay_apart():
    longer = dataclasses.replace(AUTOENCODER, epochs=40)
    records, probes = study((make_record(AUTOENCODER), probed(1.0)), (make_record(longer), probed(2.0)))
    found = layer_probes(records, probes)
    assert [one.recipes[0].means["dead"][0][0] for one in found.values()] == [1.0, 2.0]


def test_layers_that_only_some_recipes_have_are_empty_in_the_others():
    found = of_task(
        (make_record(value=0.9), probed(1.0)),
        (make_record(changes=XAVIER, value=0.8), probed(2.0, layers=("dense_1", "extra"))),
    )
    assert found.layers == (*LAYERS, "extra")
    assert [row[0] for row in found.recipes[0].means["dead"]] == [1.0, 1.0, 1.0, None]
    assert [row[0] for row in found.recipes[1].means["dead"]] == [2.0, None, None, 2.0]


@pytest.mark.parametrize("spoil", [
    lambda found: found.pop("layers"), lambda found: found.update(epochs=3), lambda found: found["epochs"].append(9),
    lambda found: found["measures"]["dead"].pop(), lambda found: found["measures"]["dead"][0].pop(),
    lambda found: found["measures"]["dead"][0].__setitem__(0, "1"), lambda found: found["layers"].__setitem__(0, "dense_2"),
    lambda found: found["measures"]["dead"][0].__setitem__(0, math.nan), lambda found: found.update(measures=[]),
    lambda found: found.update(epochs=[], measures={}), lambda found: found["epochs"].__setitem__(0, "0"),
])  # fmt: skip
def test_probes_that_are_not_whole_count_as_none(spoil):
    found = probed(1.0)
    spoil(found)
    assert layer_probes(*study((make_record(), found))) == {}


def test_probes_of_no_record_count_as_none():
    assert layer_probes([make_record()], {"f" * 32: probed(1.0)}) == {}
    assert layer_probes([make_record(streams={"order": 3})], {make_record(streams={"order": 3}).id: probed(1.0)}) == {}


# Scales


def test_the_measures_of_the_page_are_those_of_the_engine():
    assert set(MEASURES) == set(engine.MEASURES)


def test_one_scale_spans_all_recipes_of_the_task():
    found = of_task(
        (make_record(value=0.9), probed(0.5, activation_mean=-2.0)),
        (
            make_record(changes=XAVIER, value=0.8),
            probed(lambda epoch, layer: 10.0 ** (layer - epoch), activation_mean=1.0),
        ),
    )
    for measure in ("gradient_norm", "weight_norm", "activation_std"):
        scale = scale_for(found, measure)
        assert (scale.kind, scale.low, scale.high) == ("log", pytest.approx(0.01), pytest.approx(100))
    assert (scale_for(found, "activation_mean").low, scale_for(found, "activation_mean").high) == (-2.0, 2.0)
    for measure in ("saturated", "dead", "sparsity"):
        assert (scale_for(found, measure).low, scale_for(found, measure).high) == (0.0, 1.0)
    # The same value has the same colour in both maps, and the ends have the first and the last colour.
    first, second = (painted(one.paths) for one in maps_of(found, "gradient_norm").maps)
    assert second[0, 2] == "h0"
    assert second[2, 0] == f"h{SEQUENTIAL_LEVELS - 1}"
    assert first[0, 0] == scale_for(found, "gradient_norm").colour(0.5)
    assert maps_of(found, "gradient_norm").ticks == ("0.0100", "100")
    assert maps_of(found, "dead").ticks == ("0", "1.00")


def test_a_scale_is_of_the_means_and_not_of_single_seeds():
    found = of_task(
        (make_record(), probed(1.0)), (make_record(seed=1), probed(9.0)), (make_record(changes=XAVIER), probed(50.0))
    )
    assert (scale_for(found, "weight_norm").low, scale_for(found, "weight_norm").high) == (5.0, 50.0)


def test_a_trial_that_ran_away_does_not_press_the_others_into_one_colour():
    calm = (make_record(value=0.9), probed(lambda epoch, layer: 1.0 + layer))
    wild = (
        make_record(changes=WIDE, outcome="diverged"),
        probed(lambda epoch, layer: (0.1, 1e20)[epoch], epochs=(0, 1), activation_mean=-1e9),
    )
    found = of_task(calm, wild)
    assert maps_of(found, "gradient_norm").ticks == ("≤ 1.00", "≥ 3.00")
    assert maps_of(found, "activation_mean").ticks == ("≤ -3.00", "3.00")
    cells = painted(maps_of(found, "gradient_norm").maps[1].paths)
    assert (cells[0, 0], cells[0, 1]) == ("h0", f"h{SEQUENTIAL_LEVELS - 1}")
    # Alone, it sets the scale itself.
    assert maps_of(of_task(wild), "gradient_norm").ticks == ("0.100", "1.00e20")


def test_zero_has_a_colour_of_its_own_on_a_logarithmic_scale():
    found = of_task((make_record(), probed(lambda epoch, layer: float(epoch))))
    view = maps_of(found, "gradient_norm")
    assert painted(view.maps[0].paths)[0, 0] == "hz"
    assert view.zeros
    assert view.ticks == ("1.00", "2.00")
    nothing = maps_of(of_task((make_record(), probed(0.0))), "gradient_norm")
    assert (nothing.levels, nothing.zeros) == ((), True)
    assert set(painted(nothing.maps[0].paths).values()) == {"hz"}
    assert not maps_of(found, "dead").zeros


def test_next_to_no_difference_is_not_painted_in_full_contrast():
    scale = scale_of("log", [8.0, 8.1])
    assert scale.high / scale.low == pytest.approx(2)
    assert scale.low * scale.high == pytest.approx(8.0 * 8.1)


@pytest.mark.parametrize(("kind", "values"), [
    ("log", [10.0 ** (power / 8) for power in range(-40, 41)]), ("share", [number / 80 for number in range(81)]),
    ("diverging", [math.copysign(number**2 / 8, number) for number in range(-40, 41)]),
])  # fmt: skip
def test_more_is_never_less_colour_and_every_level_is_used(kind, values):
    scale = scale_of(kind, values)
    levels = [int(scale.colour(value)[1:]) for value in values]
    assert levels == sorted(levels)
    assert set(levels) == set(range(len(scale.levels)))
    assert scale.colour(None) is None


def test_zero_is_in_the_middle_of_a_diverging_scale():
    scale = scale_of("diverging", [-0.1, 7.0])
    middle = DIVERGING_LEVELS // 2
    assert scale.colour(0.0) == f"d{middle}"
    assert scale.colour(-7.0) == "d0"
    for value in (0.01, 0.3, 2.0, 7.0):
        above, below = (int(scale.colour(sign * value)[1:]) for sign in (1, -1))
        assert above - middle == middle - below
    assert scale_of("diverging", [0.0]).colour(0.0) == f"d{middle}"
    assert scale_of("diverging", [0.0], [3.0]).colour(3.0) == f"d{DIVERGING_LEVELS - 1}"


# Colours


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = [(0, "#fdfdfb", "#1d1f23"), (1, "#141619", "#e6e5e1")]


@pytest.mark.parametrize(("ground", "paper", "ink"), GROUNDS)
def test_colours_are_in_order_of_lightness_and_text_on_them_can_be_read(ground, paper, ink):
    sequential = mixed(SEQUENTIAL[ground], SEQUENTIAL_LEVELS)
    diverging = mixed(DIVERGING[ground], DIVERGING_LEVELS)
    middle = DIVERGING_LEVELS // 2
    for ramp in (sequential, diverging[middle:], diverging[middle::-1]):
        away = [contrast(colour, paper) for colour in ramp]
        assert away == sorted(away)
        assert away[0] > 1.15, "the first colour is that of the page"
        assert min(b / a for a, b in itertools.pairwise(away)) > 1.04, "two levels look alike"
    for kind, ramp in (("share", sequential), ("diverging", diverging)):
        scale = scale_of(kind, [1.0])
        for level, colour in enumerate(ramp):
            value = (level + 0.5) / len(ramp)
            if kind == "diverging":
                value = math.copysign((2 * value - 1) ** 2, 2 * value - 1)
            assert scale.colour(value)[1:] == str(level)
            assert contrast(colour, paper if scale.is_strong(value) else ink) > 3.5, (kind, level)
    assert middle > STRONG


def test_a_ramp_keeps_its_ends():
    for ramp in (*SEQUENTIAL, *DIVERGING):
        for count in (2, 7, 20, 21):
            colours = mixed(ramp, count)
            assert (len(colours), colours[0], colours[-1]) == (count, ramp[0], ramp[-1])


# The page


MANY = tuple(range(9))


def test_without_probes_the_page_has_no_trace_of_them():
    text = render([make_record()], TASKS)
    assert render([make_record()], TASKS, probes={}) == text
    for word in ('class="probes', 'class="heat', "Inside the layers", "--rows"):
        assert word not in text


def test_the_page_shows_every_measure_of_every_recipe():
    text = page_of(
        (make_record(value=0.9), probed(1.0, epochs=MANY)),
        (make_record(seed=1, value=0.9), probed(1.0, epochs=MANY)),
        (make_record(changes=XAVIER, outcome="diverged"), probed(2.0, epochs=(0, 1))),
    )
    parsed = Page(text)
    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids))
    section = text[text.index('<details class="figures probes"') :]
    section = section[: section.index("</details>")]
    assert "Inside the layers: 2 recipes, 3 layers, 9 probed epochs" in section
    for measure in MEASURES.values():
        assert section.count(f">{measure.title}</label>") == 1
        assert section.count(f"<b>{measure.title}</b>") == 1
    assert section.count("<figure>") == 2 * len(MEASURES)
    assert section.count("<b>xavier_uniform</b>") == len(MEASURES)
    assert section.count("dense_1\ndense_2\noutput_1") == 2 * len(MEASURES)
    assert "test accuracy 0.9000, 2 seeds" in section
    assert '1 seed, none from epoch 2 on, <span class="bad">1 of 1 diverged</span>' in section
    assert "|f′| &lt; 0.01" in section
    # It stands after the learning curves.
    assert text.index(">Initializer<") < text.index("Inside the layers")


def test_every_class_of_a_cell_has_a_colour():
    text = page_of((make_record(), probed(lambda epoch, layer: 10.0**epoch * layer, epochs=MANY, activation_mean=-1.0)))
    used = set(re.findall(r'<path class="(\w+)"', text))
    assert {"h0", "hz", "d0"} <= used
    style = assets()["site.css"].decode()
    for colour in used & {f"{kind}{level}" for kind in "hd" for level in range(30)}:
        assert len(re.findall(rf"--{colour}:#", style)) == 3, "on light and dark, chosen or the reader's"


def test_many_epochs_have_the_numbers_of_one_beside_the_map():
    text = page_of((make_record(), probed(lambda epoch, layer: 0.5 * epoch + layer, epochs=MANY, weight_norm=4.0)))
    assert 'data-epochs="0 1 2 3 4 5 6 7 8"' in text
    assert '<input type="range" min="0" max="8" value="8">' in text
    assert ">4.00\n5.00\n6.00</div>" in text  # of the last epoch
    assert 'class="cells"' not in text
    found = of_task(
        (make_record(), probed(lambda epoch, layer: (0.5 * epoch, None, 1e-7 * (epoch // 4))[layer], epochs=MANY))
    )
    (one,) = maps_of(found, "weight_norm").maps
    assert one.data == "0,0.500,1.00,1.50,2.00,2.50,3.00,3.50,4.00;–;0,,,,1.00e-7,,,,2.00e-7"
    expected = [[number_text(value) for value in row] for row in found.recipes[0].means["weight_norm"]]
    assert unpacked(one.data, len(MANY)) == expected
    assert one.numbers.split("\n") == [row[-1] for row in expected]


def test_few_epochs_have_their_numbers_in_the_cells():
    text = page_of((make_record(), probed(lambda epoch, layer: epoch / 20, epochs=(0, 5, 20))))
    assert 'data-epochs="' not in text
    assert 'type="range"' not in text
    assert "<span>0</span><span>5</span><span>20</span>" in text
    for column in ("0\n0\n0", "0.250\n0.250\n0.250", "<i>1.00</i>\n<i>1.00</i>\n<i>1.00</i>"):
        assert f"<div>{column}</div>" in text


def test_neighbours_of_one_colour_are_one_stroke():
    found = of_task(
        (make_record(), probed(0.5, epochs=MANY, dead=lambda epoch, layer: float(epoch > 6) if layer else None))
    )
    (one,) = maps_of(found, "dead").maps
    assert one.paths == (("h0", "M0 1h7M0 2h7"), (f"h{SEQUENTIAL_LEVELS - 1}", "M7 1h2M7 2h2"))


@pytest.mark.parametrize(("counts", "words"), [
    ((2, 2, 2), "2 seeds"), ((1, 1, 1), "1 seed"), ((3, 2, 2), "3 seeds, 2 from epoch 5 on"),
    ((3, 1, 0), "3 seeds, 1 from epoch 5 on, none from epoch 30 on"), ((1, 2, 1), "1 to 2 seeds, by epoch"),
])  # fmt: skip
def test_the_number_of_seeds_is_said(counts, words):
    epochs = (0, 5, 30)
    pairs = [
        (
            make_record(seed=seed),
            probed(1.0, epochs=[e for e, count in zip(epochs, counts, strict=True) if seed < count]),
        )
        for seed in range(max(counts))
    ]
    other = (make_record(changes=XAVIER, value=0.1), probed(1.0, epochs=epochs))
    assert maps_of(of_task(*pairs, other), "dead").maps[0].facts == f"test accuracy 0.9800, {words}"


@pytest.mark.parametrize(("value", "shown"), [
    (None, "–"), (0.0, "0"), (1.0, "1.00"), (0.0770, "0.0770"), (123.4, "123"), (99.96, "100"), (1234.0, "1.23e3"), (-0.5, "-0.500"),
    (1.5e-7, "1.50e-7"), (3e38, "3.00e38"),
])  # fmt: skip
def test_numbers_have_three_digits(value, shown):
    assert number_text(value) == shown


def test_hostile_names_are_text():
    changes = {"initializer": [component(HOSTILE, **{HOSTILE: HOSTILE})]}
    for epochs in (MANY, (0, 1)):
        layers = (HOSTILE, f"</div>{HOSTILE}", "a\nb")
        text = page_of(
            (make_record(changes=changes), probed(1.0, epochs=epochs, layers=layers)),
            (make_record(), probed(1.0, epochs=epochs)),
        )
        parsed = Page(text)
        assert parsed.open == []
        assert parsed.tags & {"script", "img"} == {"script"}
        assert text.count("<script") == text.count('.js"></script>')
        assert "\na b</div>" in text, "a name stays in its line"


def test_pairs_of_two_kinds_have_their_layers_shown_too():
    both = {**XAVIER, "optimizer": [component("sgd", learning_rate=0.1)]}
    text = page_of((make_record(changes=both), probed(1.0)))
    assert '<details open class="figures probes"' in text
    assert "optimizer sgd, initializer xavier_uniform" in text


def test_many_recipes_take_few_bytes_for_each_number():
    def wavy(epoch, layer):
        return 1.1**layer * math.exp(-epoch / 8) * (1 + 0.05 * math.sin(9.0 * epoch + layer))

    layers = tuple(f"conv_{number}" for number in range(20))
    found = of_task(
        *(
            (
                make_record(changes={"initializer": [component("gaussian", deviation=d + 1.0)]}),
                probed(wavy, range(31), layers),
            )
            for d in range(10)
        )
    )
    view = probes_view(found)
    assert view.summary == "Inside the layers: 10 recipes, 20 layers, 31 probed epochs"
    maps = [one for measure in view.measures for one in measure.maps]
    assert len(maps) == 10 * 7
    size = sum(len(one.data) + len(one.numbers) + sum(len(path) for _, path in one.paths) for one in maps)
    assert size / (10 * 7 * 31 * 20) < 10


def test_the_page_is_made_again_when_only_the_probes_changed(tmp_path):
    record = make_record()

    def written(folder, **options):
        index = write_report([record], folder, **options)
        return (index.parent / "tasks" / "digits_mlp.html").read_text(encoding="utf-8")

    assert "Inside the layers" not in written(tmp_path)
    second = written(tmp_path, probes={record.id: probed(1.0)})
    assert "Inside the layers" in second
    assert written(tmp_path / "other", probes={record.id: probed(1.0)}) == second


def test_the_report_of_a_results_folder_holds_its_probes(tmp_path):
    store, record = Store(tmp_path), make_record()
    store.write(record)
    nothing_loaded = Registry()
    page = write(store, nothing_loaded).index.parent / "tasks" / "digits_mlp.html"
    assert "Inside the layers" not in page.read_text(encoding="utf-8")
    store.extras.write_probes(record.id, probed(1.0))
    write(store, nothing_loaded)
    assert "Inside the layers: 1 recipe, 3 layers, 3 probed epochs" in page.read_text(encoding="utf-8")


def test_of_very_many_recipes_the_baseline_and_the_best_have_maps(monkeypatch):
    monkeypatch.setattr("benchsuite.report.site.probe_view.MOST_RECIPES", 2)
    wide = [{"initializer": [component("gaussian", deviation=float(number))]} for number in range(1, 4)]
    pairs = [(make_record(changes=held, value=0.9 - number / 100), probed(1.0)) for number, held in enumerate(wide)]
    text = page_of(*pairs, (make_record(value=0.1), probed(1.0)))
    assert "2 of 4 recipes are shown, the baseline and the best; the folder probes/ has all." in text
    assert text.count("<figcaption><b>gaussian[deviation=1]</b>") == 7
    maps = text[text.index('class="figures probes') :]
    assert "gaussian[deviation=2]" not in maps
    assert "recipes are shown" not in page_of(*pairs[:2])
