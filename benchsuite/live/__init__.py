"""A growing report, served while a study runs: to this machine alone, read-only, and never at the study's expense."""

from benchsuite.live.changes import Watched, run_holds
from benchsuite.live.pace import Pace
from benchsuite.live.server import LiveServer

__all__ = ["LiveServer", "Pace", "Watched", "run_holds"]
