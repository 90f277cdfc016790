"""MLflow: one run for each trial, with its parameters, curves and results.

Runs lie as files in ``mlflow/`` of the results folder: ``MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri
results/mlflow``. Where the variable ``MLFLOW_TRACKING_URI`` names a server or a database they go there. What MLflow stores at
once takes milliseconds, so epochs are stored together, once a second.
"""

import os
import time

import benchsuite as bs
from benchsuite_plugins.observers._trials import measures, needed, parameters, results, title

URI = "MLFLOW_TRACKING_URI"
FILES_ALLOWED = "MLFLOW_ALLOW_FILE_STORE"
"""MLflow 3 refuses plain files without it: its database takes twenty times as long to write, and half a minute to make."""
EXPERIMENT = "benchsuite"
AT_ONCE = 1000
"""Numbers of one call, which MLflow's interface allows."""
EVERY = 1.0
"""Seconds between two times that the epochs of a trial are stored."""


class MLflow:
    """Writes a run for each trial.

    Args:
        uri: Of the tracking store.
    """

    def __init__(self, uri):
        from mlflow import MlflowClient

        self._client = MlflowClient(tracking_uri=uri)
        found = self._client.get_experiment_by_name(EXPERIMENT)
        self._experiment = found.experiment_id if found else self._client.create_experiment(EXPERIMENT)
        self._started = {}
        self._runs = {}
        self._waiting = {}
        self._stored = {}

    @bs.hookimpl
    def trial_started(self, trial):
        """Begin a run."""
        self._started[trial.id] = trial
        self._begin(trial)

    @bs.hookimpl
    def epoch_finished(self, epoch):
        """Log the measures of an epoch, at the step that it ended with."""
        if epoch.epoch == 0 and epoch.id in self._stored:  # the trial begins again
            self._client.set_terminated(self._runs[epoch.id], "KILLED")
            self._begin(self._started[epoch.id])
        self._log(epoch.id, measures(epoch), epoch.step)
        if time.monotonic() - self._stored.setdefault(epoch.id, 0.0) >= EVERY:
            self._store(epoch.id)

    @bs.hookimpl
    def trial_finished(self, trial):
        """Log what came of it, and end its run."""
        record, run = trial.record, self._runs[trial.id]
        self._log(trial.id, results(record), int(record.curves["step"][-1]) if record.curves else 0)
        self._store(trial.id)
        self._client.set_tag(run, "outcome", record.outcome.value)
        if record.reason:
            self._client.set_tag(run, "reason", record.reason[:5000])
        self._client.set_terminated(run, "FAILED" if record.outcome.failed else "FINISHED")
        for table in (self._started, self._runs, self._waiting, self._stored):
            table.pop(trial.id, None)

    def _begin(self, trial):
        from mlflow.entities import Param

        run = self._client.create_run(self._experiment, run_name=title(trial), tags={"trial": trial.id})
        self._runs[trial.id], self._waiting[trial.id] = run.info.run_id, []
        params = [Param(name, str(value)) for name, value in parameters(trial).items()]
        self._client.log_batch(run.info.run_id, params=params)

    def _log(self, trial_id, values, step):
        from mlflow.entities import Metric

        now = int(1000 * time.time())
        self._waiting[trial_id] += [Metric(name, value, now, step) for name, value in values.items()]

    def _store(self, trial_id):
        waiting = self._waiting[trial_id]
        for start in range(0, len(waiting), AT_ONCE):
            self._client.log_batch(self._runs[trial_id], metrics=waiting[start : start + AT_ONCE])
        waiting.clear()
        self._stored[trial_id] = time.monotonic()


def make(results):
    """Return what writes to a results folder, or to the server that the environment names."""
    needed("mlflow", "mlflow", "mlflow-skinny")
    if uri := os.environ.get(URI):
        return MLflow(uri)
    os.environ.setdefault(FILES_ALLOWED, "true")
    return MLflow((results / "mlflow").as_uri())


@bs.hookimpl
def register_observers():
    """Register mlflow."""
    return [bs.Observer(name="mlflow", make=make, summary="Parameters, curves and results of every trial for MLflow.")]
