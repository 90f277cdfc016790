"""What the bundled observers say of a trial, each in the form of its tool."""

import importlib
import re

import benchsuite as bs


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


def _by_part(name):
    return re.sub(r"^(train|validation|test)_", r"\1/", "train_running_loss" if name == "running_loss" else name)
