"""Which code made a record: the version of benchsuite, the commit of a checkout, the distributions of plugins."""

from __future__ import annotations

import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchsuite.record import MadeBy
from benchsuite.registry import Registry
from benchsuite.trial import Trial

CHECKOUT = Path(__file__).parent.parent


def fingerprints(trial: Trial, registry: Registry) -> dict[str, str]:
    """Return ``kind:name`` → hash of the source code now, for the task and every component of a trial.

    What is not registered now cannot be looked at, and is left out.
    """
    used = [("task", trial.task)]
    used += [(setting.kind, setting.name) for _, settings in trial.recipe.settings for setting in settings]
    return {
        f"{kind}:{name}": registry.entry(kind, name).fingerprint for kind, name in used if name in registry.tables[kind]
    }


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
    try:
        done = subprocess.run(
            ["git", "-C", str(CHECKOUT), *arguments], capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
