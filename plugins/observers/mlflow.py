"""MLflow: one run for each trial, with its parameters, curves and results.

Runs lie as files in ``mlflow/`` of the results folder: ``MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri
results/mlflow``. Where the variable ``MLFLOW_TRACKING_URI`` names a server or a database they go there. What MLflow stores at
once takes milliseconds, so epochs are stored together, once a second.
"""

import os
import time

import benchsuite as bs
from benchsuite_plugins.observers._trials import RunOfEachTrial, last_step, needed, parameters, results, title

URI = "MLFLOW_TRACKING_URI"
FILES_ALLOWED = "MLFLOW_ALLOW_FILE_STORE"
"""MLflow 3 refuses plain files without it: its database takes twenty times as long to write, and half a minute to make."""
EXPERIMENT = "benchsuite"
AT_ONCE = 1000
"""Numbers of one call, which MLflow's interface allows."""
EVERY = 1.0
"""Seconds between two times that the epochs of a trial are stored."""


class Run:
    """A run of MLflow.

    Args:
        client: Of the tracking store.
        run_id: Of the run.
    """

    def __init__(self, client, run_id):
        self._client, self._id = client, run_id
        self._waiting = []
        self._stored = 0.0

    def log(self, values, step):
        """Take numbers at a step; they are stored once a second."""
        from mlflow.entities import Metric

        now = int(1000 * time.time())
        self._waiting += [Metric(name, value, now, step) for name, value in values.items()]
        if time.monotonic() - self._stored >= EVERY:
            self._store()

    def end(self, status, tags):
        """Store what waits and some tags, and end it."""
        self._store()
        for name, text in tags.items():
            self._client.set_tag(self._id, name, text)
        self._client.set_terminated(self._id, status)

    def _store(self):
        for start in range(0, len(self._waiting), AT_ONCE):
            self._client.log_batch(self._id, metrics=self._waiting[start : start + AT_ONCE])
        self._waiting.clear()
        self._stored = time.monotonic()


class MLflow(RunOfEachTrial):
    """Writes a run for each trial.

    Args:
        uri: Of the tracking store.
    """

    def __init__(self, uri):
        from mlflow import MlflowClient

        super().__init__()
        self._client = MlflowClient(tracking_uri=uri)
        found = self._client.get_experiment_by_name(EXPERIMENT)
        self._experiment = found.experiment_id if found else self._client.create_experiment(EXPERIMENT)

    def begin(self, trial):
        """Begin a run, with all that decides the numbers of the trial."""
        from mlflow.entities import Param

        run = self._client.create_run(self._experiment, run_name=title(trial), tags={"trial": trial.id})
        params = [Param(name, str(value)) for name, value in parameters(trial).items()]
        self._client.log_batch(run.info.run_id, params=params)
        return Run(self._client, run.info.run_id)

    def log(self, run, values, step):
        """Log measures."""
        run.log(values, step)

    def end(self, run, record):
        """Log results and outcome, and end the run."""
        run.log(results(record), last_step(record))
        reason = {"reason": record.reason[:5000]} if record.reason else {}
        run.end("FAILED" if record.outcome.failed else "FINISHED", {"outcome": record.outcome.value, **reason})

    def drop(self, run):
        """End the run of a trial that begins again."""
        run.end("KILLED", {})


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
