"""The numbers of trials are what they were: a committed list of curves, made before, against what the command line gives now.

The suite runs each component once; ``make unchanged`` (``BENCHSUITE_UNCHANGED=all``) the whole list.
"""

import os
import subprocess
import sys

import pytest

from benchsuite.engine.numerics import numerics
from tests.unchanged.listed import arguments, curves_of, groups, hash_of, in_sample, key_of, read, records_in

ALL = os.environ.get("BENCHSUITE_UNCHANGED") == "all"
LISTED = read()
TRIALS = [trial for trial in LISTED["trials"] if ALL or in_sample(trial)]
GROUPS = groups(TRIALS)
BITS = numerics().fingerprint == LISTED["made_with"]["fingerprint"]

RELATIVE = 0.05
ABSOLUTE = 0.02


def differences(expected, record):
    """Return what is not as listed: any bit where the fingerprint of the numerics is the list's, else what rounding cannot explain."""
    if record is None:
        return ["has no record"]
    if record["outcome"] != expected["outcome"]:
        return [f"{expected['outcome']} → {record['outcome']}: {record['reason']}"]
    curves = curves_of(record)
    if BITS:
        return [] if hash_of(curves) == expected["curves"] else ["other bits"]
    numbers = {name: value for name, value in expected.items() if name == "train_loss" or name.startswith("test_")}
    return [
        f"{name} {value} → {curves[name][-1]}"
        for name, value in numbers.items()
        if curves[name][-1] != pytest.approx(value, rel=RELATIVE, abs=ABSOLUTE)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", GROUPS)
def test_numbers_are_what_they_were(name, tmp_path):
    command = [sys.executable, "-m", "benchsuite", "run", "--no-local", "--seeds", "1", "--workers", "2"]
    done = subprocess.run(
        [*command, "--results", str(tmp_path), *arguments(GROUPS[name])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    found = {key_of(record): record for record in records_in(tmp_path)}
    wrong = {
        f"{trial['id']} {trial['task']} {trial['chosen']}": told
        for trial in GROUPS[name]
        if (told := differences(trial, found.get(trial["key"])))
    }
    assert not wrong
