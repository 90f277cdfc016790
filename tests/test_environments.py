"""The user's surroundings reach no number: the same trials, in an ordinary shell and in hostile ones, give the same bits.

All the surroundings one by one, with 68 trials: ``make environments``.
"""

import pytest

from benchsuite.engine.numerics import numerics
from tests.environments.compare import FEW, HOSTILE, Surroundings, curves_in, together


def test_every_surroundings_is_tried():
    names = "; ".join(together())
    assert all(name in names for name in HOSTILE)


@pytest.mark.slow
def test_hostile_surroundings_give_the_same_bits(tmp_path):
    usual = curves_in(Surroundings(workers=1), FEW, tmp_path / "usual")
    assert len(usual) == 4
    assert sum(text.startswith("completed") for text in usual.values()) >= 3
    # What excludes nothing else is in the first, what ends an import or a run in the second.
    for number, (name, hostile) in enumerate(list(together().items())[:2]):
        few = Surroundings(hostile.variables, hostile.keras, workers=1, umask=hostile.umask)
        assert curves_in(few, FEW, tmp_path / str(number)) == usual, name


def test_what_no_setting_reaches_is_in_the_fingerprint(monkeypatch):
    before = numerics().fingerprint
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")  # must be kept: on some processors OpenBLAS crashes without it
    assert numerics().fingerprint != before
