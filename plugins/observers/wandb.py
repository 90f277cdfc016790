"""Weights & Biases, offline: one run for each trial, with its parameters, curves and results.

Runs lie in ``wandb/`` of the results folder, and nothing leaves the machine: ``wandb sync results/wandb/offline-run-*`` sends
them when somebody wants that. With the variable ``WANDB_MODE=online`` they are sent at once.
"""

import os

import benchsuite as bs
from benchsuite_plugins.observers._trials import RunOfEachTrial, needed, parameters, results, title

PROJECT = "benchsuite"


class WeightsAndBiases(RunOfEachTrial):
    """Writes a run for each trial.

    Args:
        folder: The results folder.
    """

    def __init__(self, folder):
        super().__init__()
        self._folder = folder

    @bs.hookimpl
    def study_finished(self):
        """End the process that writes."""
        import wandb

        wandb.teardown()

    def begin(self, trial):
        """Begin a run, with all that decides the numbers of the trial."""
        import wandb

        return wandb.init(
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

    def log(self, run, values, step):
        """Log measures."""
        run.log(values, step=step)

    def end(self, run, record):
        """Log results and outcome, and end the run."""
        run.summary.update({**results(record), "outcome": record.outcome.value, "reason": record.reason})
        run.finish(exit_code=int(record.outcome.failed))

    def drop(self, run):
        """End the run of a trial that begins again."""
        run.finish(exit_code=1)


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
