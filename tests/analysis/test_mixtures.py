"""Records that are not alike: made with other data, or under other numerics."""

from __future__ import annotations

from typing import Any

from benchsuite.analysis import mixtures
from benchsuite.record import Record
from tests.factories import AUTOENCODER, make_record, remade


def with_environment(record: Record, **changes: Any) -> Record:
    return remade(record, lambda data: data["environment"].update(changes))


def test_records_of_one_numerics_and_data_are_alike():
    assert mixtures([make_record(seed=seed) for seed in range(3)] + [make_record(AUTOENCODER)]) == []


def test_each_task_that_mixes_numerics_has_a_line_with_what_is_different():
    other = with_environment(make_record(seed=1), numerics="other", processor_features="avx avx2 fma avx512f avx512bw")
    (line,) = mixtures([make_record(), other, make_record(AUTOENCODER)])
    assert line == (
        "records of task 'digits_mlp' were made under 2 numerics: 1 under 5e3c1ab09d2f4c67, "
        "1 under other (processor features avx512bw avx512f). "
        "Their last bits differ, so one seed gives other numbers under each: seeds are not paired across them."
    )


def test_versions_and_processors_are_told_where_they_differ():
    versions = {"python": "3.11.9", "tensorflow": "2.22.0", "keras": "3.15.0", "numpy": "2.4.6", "scipy": "1.16"}
    other = with_environment(make_record(seed=1), numerics="other", versions=versions, processor="Another")
    (line,) = mixtures([make_record(), other])
    assert "1 under 5e3c1ab09d2f4c67 (TensorFlow 2.21.0, scipy not recorded, AMD EPYC 7B13)" in line
    assert "1 under other (TensorFlow 2.22.0, scipy 1.16, Another)" in line


def test_tasks_that_were_run_under_different_numerics_each_are_no_mixture():
    assert mixtures([make_record(), with_environment(make_record(AUTOENCODER), numerics="other")]) == []


def test_old_records_do_not_say_and_that_is_told():
    old = with_environment(make_record(seed=1), numerics="", processor_features="")
    (line,) = mixtures([make_record(), old])
    assert "1 under numerics that are not recorded" in line
    assert line.endswith(
        " Their last bits may differ, so one seed may give other numbers under each: seeds are not paired across them."
    )
    assert mixtures([old, with_environment(make_record(seed=2), numerics="")]) == []


def test_a_worker_that_died_says_nothing_of_its_numerics():
    assert mixtures([make_record(), with_environment(make_record(seed=1, outcome="crashed"), numerics="")]) == []


def test_each_task_that_mixes_data_has_a_line():
    other = remade(make_record(seed=1), lambda data: data["fingerprints"].update(data="another"))
    (line,) = mixtures([make_record(), other])
    assert line.startswith("records of task 'digits_mlp' were made with different data (")
    assert "(another, " in line
    assert line.endswith("): do not compare them.")
