"""A logger that leaves a child, which holds whatever the main process holds."""

import os
import time

import benchsuite as bs


@bs.hookimpl
def trial_finished(trial):
    if os.fork() == 0:
        time.sleep(100_000)
