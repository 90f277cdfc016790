"""Weights & Biases, offline: one run for each trial, with its parameters, curves and results.

Runs lie in ``wandb/`` of the results folder, and nothing leaves the machine: ``wandb sync results/wandb/offline-run-*`` sends
them when somebody wants that. With the variable ``WANDB_MODE=online`` they are sent at once.
"""

import os

import benchsuite as bs
from benchsuite_plugins.observers._trials import measures, needed, parameters, results, title

PROJECT = "benchsuite"


class WeightsAndBiases:
    """Writes a run for each trial.

    Args:
        folder: The results folder.
    """

    def __init__(self, folder):
        self._folder = folder
        self._started = {}
        self._runs = {}

    @bs.hookimpl
    def trial_started(self, trial):
        """Remember what its run will say."""
        self._started[trial.id] = trial

    @bs.hookimpl
    def epoch_finished(self, epoch):
        """Log the measures of an epoch, at the step that it ended with."""
        if epoch.epoch == 0:
            self._open(epoch.id)
        self._runs[epoch.id].log(measures(epoch), step=epoch.step)

    @bs.hookimpl
    def trial_finished(self, trial):
        """Log what came of it, and end its run."""
        record = trial.record
        run = self._runs.get(trial.id) or self._open(trial.id)
        run.summary.update({**results(record), "outcome": record.outcome.value, "reason": record.reason})
        run.finish(exit_code=int(record.outcome.failed))
        del self._runs[trial.id], self._started[trial.id]

    @bs.hookimpl
    def study_finished(self):
        """End the process that writes."""
        import wandb

        wandb.teardown()

    def _open(self, trial_id):
        import wandb

        if trial_id in self._runs:  # the trial begins again
            self._runs[trial_id].finish(exit_code=1)
        trial = self._started[trial_id]
        run = self._runs[trial_id] = wandb.init(
            project=PROJECT,
            name=title(trial),
            config=parameters(trial),
            dir=str(self._folder),
            mode=os.environ.get("WANDB_MODE", "offline"),
            reinit="create_new",
            settings=wandb.Settings(
                silent=True, console="off", x_disable_stats=True, disable_git=True, save_code=False
            ),
        )
        return run


def make(results):
    """Return what writes to a results folder."""
    needed("wandb", "wandb", "wandb")
    return WeightsAndBiases(results)


@bs.hookimpl
def register_observers():
    """Register wandb."""
    return [
        bs.Observer(
            name="wandb", make=make, summary="Parameters, curves and results of every trial for Weights & Biases."
        )
    ]
