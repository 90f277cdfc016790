"""What the bundled observers have in common: a run of their tool for each trial, and what they say of one."""

import importlib
import re

import benchsuite as bs


class RunOfEachTrial:
    """Keeps the book of an observer that writes a run of its tool for each trial.

    A run begins with the first measures of its trial, or with its end where there are none. A trial that begins again, since its
    worker was killed, gets a run of its own.

    Subclasses define:
        begin(trial): Return the run of a ``bs.TrialStart``, whatever their tool calls so.
        log(run, values, step): Write measures at a step.
        end(run, record): Write what came of a trial, and close its run.
        drop(run): Close the run of a trial that begins again.
    """

    def __init__(self):
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
            if epoch.id in self._runs:
                self.drop(self._runs[epoch.id])
            self._runs[epoch.id] = self.begin(self._started[epoch.id])
        self.log(self._runs[epoch.id], measures(epoch), epoch.step)

    @bs.hookimpl
    def trial_finished(self, trial):
        """Log what came of it, and end its run."""
        begun = trial.id in self._runs
        self.end(self._runs.pop(trial.id) if begun else self.begin(self._started[trial.id]), trial.record)
        del self._started[trial.id]


def needed(observer, module, package):
    """Import what an observer needs.

    Raises:
        bs.BenchsuiteError: If it is not installed, with the line that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise bs.BenchsuiteError(
            f"observer {observer!r} needs the package {package}, which cannot be imported ({error}). "
            f"Install it: pip install 'benchsuite[{observer}]'."
        ) from None


def title(trial):
    """Return a name for a trial that started: what people look for, and enough of its id to be unique."""
    recipe = trial.spec["recipe"]
    optimizer = "+".join(one["name"] for one in recipe["optimizer"])
    return f"{trial.spec['task']['name']}-{optimizer}-seed{trial.spec['seed']}-{trial.id[:8]}"


def parameters(trial):
    """Return all that decides a trial's numbers, as one level of names and plain values."""
    found = {}
    for key, value in trial.spec.items():
        if key == "recipe":
            for kind, settings in value.items():
                found[kind] = "+".join(one["name"] for one in settings)
                for one in settings:
                    prefix = f"{kind}.{one['name']}" if len(settings) > 1 else kind
                    found |= {f"{prefix}.{name}": number for name, number in one["hyperparameters"].items()}
        elif isinstance(value, dict):
            found[key] = value.get("name", str(value))
        elif value is None or isinstance(value, str | int | float):
            found[key] = value
        else:
            found[key] = str(value)
    return {name: value for name, value in found.items() if value is not None}


def measures(epoch):
    """Return the numbers of an epoch by part: ``train/loss``, ``validation/accuracy``, …; those that are not finite are left out."""
    return {_by_part(name): value for name, value in epoch.values.items() if value is not None}


def results(record):
    """Return what came of a trial: its final values and what it cost, as plain numbers."""
    final = {f"final/{name}": value for name, value in (record.results.final or {}).items() if value is not None}
    costs = {"costs/wall_seconds": record.costs.wall_seconds, "costs/train_seconds": record.costs.train_seconds}
    return final | {name: value for name, value in costs.items() if value is not None}


def last_step(record):
    """Return the step that a trial ended with; 0 if it measured nothing."""
    return int(record.curves["step"][-1]) if record.curves else 0


def _by_part(name):
    return re.sub(r"^(train|validation|test)_", r"\1/", "train_running_loss" if name == "running_loss" else name)
