"""A logger that raises when a trial is finished, and leaves the program when the study is."""

import sys

import benchsuite as bs


@bs.hookimpl
def trial_finished(trial):
    raise RuntimeError(f"no log today, {len(trial.id)}")


@bs.hookimpl
def study_finished(outcomes):
    sys.exit(sum(outcomes.values()))
