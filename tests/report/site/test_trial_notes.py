"""The notes beside a trial in the report: what its curves and layers tell, explained once on its page."""

import numpy as np

from benchsuite.report.site import records_page
from benchsuite.report.site.inputs import ROOMS
from benchsuite.report.site.links import anchor
from tests.diagnostics_made import changed
from tests.factories import component, make_record
from tests.report.reading import Page, site, words

SGD = {"optimizer": [component("sgd", learning_rate=0.1)]}
FEW = [records_page.pages]


def lines(pages):
    """Return the words of the line of each trial, by its anchor."""
    found = {}
    for text in pages.values():
        for part in text.split('<tr id="')[1:]:
            found[part[: part.index('"')]] = words(part[: part.index("</tr>")].partition(">")[2])
    return found


def falls(record, *, after=0.1):
    losses = [2.3, *np.linspace(0.5, 0.1, record.trial.epochs)]
    return changed(record, losses, [*losses[:-1], after])


def test_a_note_stands_beside_its_trial_and_is_explained_once():
    risen = [
        changed(one, [2.3, *[3.0] * one.trial.epochs]) for one in (make_record(changes=SGD, seed=s) for s in (0, 1))
    ]
    healthy = falls(make_record(seed=0))
    failed = make_record(changes=SGD, seed=2, outcome="diverged", reason="the loss is nan at step 3")
    pages = site([*risen, healthy, failed], FEW)
    found = lines(pages)
    for record in (*risen, failed):
        assert "learning rate: too large" in found[anchor(record.id)]
    assert not any(name in found[anchor(healthy.id)] for name in ("learning rate", "fit:", "loss at start"))
    (page,) = [text for text in pages.values() if 'id="notes"' in text]
    assert page.count('id="note-learning-rate-too-large"') == 1
    assert "learning rate: too large (3 trials)" in words(page)
    read = Page(page)
    assert read.open == []
    assert "#note-learning-rate-too-large" in read.links
    assert len(set(read.ids)) == len(read.ids)


def test_a_trial_that_overfits_as_its_baseline_does_is_no_alarm():
    baseline = falls(make_record(seed=0), after=0.2)
    mild, bad = (falls(make_record(changes=SGD, seed=seed), after=end) for seed, end in ((0, 0.25), (1, 0.9)))
    found = lines(site([baseline, mild, bad], FEW))
    assert "fit: overfits as usual" in found[anchor(mild.id)]
    assert "fit: overfits " in found[anchor(bad.id)] + " "
    assert "as usual" not in found[anchor(bad.id)]


def test_probes_count_where_they_are_whole():
    record = falls(make_record(seed=0))
    dead = {"layers": ["dense_1", "output_1"], "epochs": [0], "measures": {"dead": [[0.9, None]]}}
    assert "dead units: dead" in lines(site([record], FEW, probes={record.id: dead}))[anchor(record.id)]
    broken = {**dead, "measures": {"dead": [[0.9]]}}
    assert "dead" not in lines(site([record], FEW, probes={record.id: broken}))[anchor(record.id)]


def test_a_site_is_made_anew_where_a_threshold_changes():
    assert "diagnostics" in ROOMS
