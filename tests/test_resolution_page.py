"""The page of resolutions: what certificates say, and two tiers side by side."""

import copy
import importlib.util
import json

import pytest

from tests.test_certified_resolution import BLOCK
from tests.test_docs import DOCS

SPEC = importlib.util.spec_from_file_location("make_resolution", DOCS / "reference" / "make_resolution.py")
MADE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MADE)


def certificates(bundled, **changes):
    """Certificates of two tasks of the old tier; of the second some numbers of its optimizers are others."""
    held = {}
    for name in ("digits_mlp", "diamonds_mlp"):
        block = {**copy.deepcopy(BLOCK), "task_version": bundled.task(name).version, "command": f"certify {name}"}
        held[name] = {"resolution": block}
    held["diamonds_mlp"]["resolution"]["kinds"]["optimizer"].update(changes)
    return held


@pytest.fixture(scope="module")
def held(bundled):
    told = {"3": 0.0, "5": 1.0, "10": 1.0}
    return certificates(bundled, told=told, components=["sgd", "adam"], pairs=1, seconds=0.6)


def test_a_tier_is_the_sum_of_its_tasks(bundled, held):
    found = {
        name: MADE.certified_resolution(certificate, bundled.task(name).version) for name, certificate in held.items()
    }
    tasks, share, rate = MADE.tier_line(["digits_mlp", "diamonds_mlp", "unmeasured"], "optimizer", found)
    told = 0.7124 * 15 + 1 * 1
    assert (tasks, share) == (2, pytest.approx(told / 16))
    assert rate == pytest.approx(told / ((6 * 5 * 0.212 + 2 * 5 * 0.6) / 60))
    assert MADE.tier_line(["digits_mlp"], "normalization", found) is None
    assert MADE.tier_line(["digits_mlp"], "initializer", found)[1] == pytest.approx(0.0833)


def test_the_page_says_what_certificates_say(bundled, held, tmp_path, monkeypatch):
    before = tmp_path / "before.json"
    before.write_text(json.dumps({name: one["resolution"] for name, one in held.items()}))
    monkeypatch.setattr(MADE, "BEFORE", before)
    page = "\n\n".join(MADE.resolution_parts(bundled, held))
    assert page == "\n\n".join(MADE.resolution_parts(bundled, dict(reversed(held.items()))))
    tier = bundled.task("digits_mlp").tier
    for line in (
        f"| **`digits_mlp`** | {tier} | 15 | 0 % | 71 % | 80 % | 71/4/25 | 0.01 | 33 % | 1.7 % | 0.21 s | 1.3 s | 101 |",
        f"| `digits_mlp` | {tier} | 3 | 0 % | 8 % | 33 % | – | 0.01 | – | 0 % | – | – | – |",
        "| `digits_mlp` | accuracy | 71 % | 8 % |",
        "|  | log_loss | 86 % | 90 % |",
        "$ certify digits_mlp",
        "- `digits_mlp`: the measure loss tells 86 % of the optimizer pairs apart with 5 seeds, the primary measure accuracy 71 %",
    ):
        assert line in page.splitlines(), line
    assert "| optimizer | 2 | 73 % | 56.7 |" in page
    assert "| normalization |" not in page
    for name in ("digits_cnn", "kjv_lstm"):
        assert (
            f"`{name}`"
            in page[page.index("Embedded tasks that were not measured") : page.index("that compare no kind")]
        )
    assert "`depth_1`" in page[page.index("that compare no kind") :]


def test_what_was_measured_of_the_tier_before_stays():
    before = MADE.quick_tier_before()
    assert set(before) == {"digits_mlp", "diamonds_mlp", "noisy_quadratic", "digits_cnn", "digits_rows_gru"}
    assert MADE.tier_line(list(before), "regularization", before)[:2] == (2, pytest.approx(0.0434 / 2))


def test_without_a_measured_task_the_page_names_the_command(bundled):
    assert MADE.resolution_parts(bundled, {})[-1].startswith(
        "No task was measured yet: `benchsuite certify --resolution"
    )
