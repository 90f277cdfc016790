"""Which code made a record: the version of benchsuite, the commit of a checkout, the distributions of plugins."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchsuite.record import MadeBy
from benchsuite.registry import Registry
from benchsuite.trial import Trial

CHECKOUT = Path(__file__).parent.parent


def fingerprints(trial: Trial, registry: Registry, *, verify: bool = False) -> dict[str, str]:
    """Return ``kind:name`` → hash of the code now, for the task and every component of a trial.

    What is not registered now cannot be looked at, and is left out.

    Args:
        trial: The trial.
        registry: Of the plugins that were found.
        verify: Whether code that was edited since it was loaded gets no fingerprint that counts.
    """
    found = {}
    if registry.has("task", trial.task):
        found[f"task:{trial.task}"] = registry.fingerprint("task", trial.task, verify=verify)
    for kind, settings in trial.recipe.settings:
        for setting in settings:
            if setting.name in registry.tables.get(kind, {}):
                found[f"{kind}:{setting.name}"] = registry.fingerprint(
                    kind, setting.name, setting.hyperparameters, verify=verify
                )
    return found


def made_by(trial: Trial, registry: Registry) -> MadeBy:
    """Return what makes the record of a trial now."""
    plugins = {}
    entries = [registry.entry("task", trial.task)]
    entries += [registry.entry(s.kind, s.name) for _, settings in trial.recipe.settings for s in settings]
    for entry in entries:
        distribution = getattr(entry.plugin, "distribution", None)
        if distribution is not None and distribution[0] != "benchsuite":
            plugins[distribution[0]] = distribution[1]
    return MadeBy(benchsuite=_version(), commit=commit(), plugins=dict(sorted(plugins.items())))


def made_now(registry: Registry) -> MadeBy:
    """Return the code that runs now: benchsuite, and every distribution that a plugin which was found comes from."""
    found = dict(plugin.distribution for plugin in registry.plugins if plugin.distribution is not None)
    found.pop("benchsuite", None)
    return MadeBy(benchsuite=_version(), commit=commit(), plugins=dict(sorted(found.items())))


@cache
def _version() -> str:
    try:
        return version("benchsuite")
    except PackageNotFoundError:  # used from a folder that nobody installed
        return ""


@cache
def commit() -> str:
    """Return the commit of the source checkout that benchsuite runs from, with ``+`` behind if files were changed.

    Empty for an installation, and where git cannot be asked.
    """
    if not (CHECKOUT / ".git").exists():
        return ""
    head = _git("rev-parse", "HEAD")
    return f"{head}+" if head and _git("status", "--porcelain", "--untracked-files=no") else head


def _git(*arguments: str) -> str:
    # A git hook that calls benchsuite says by these where its own repository is.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(CHECKOUT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10, env=environment)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
