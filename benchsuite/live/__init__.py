"""A growing report, served while a study runs: to this machine alone, read-only, and never at the study's expense."""

from benchsuite.live.changes import Watched, run_holds
from benchsuite.live.pace import ReportPace
from benchsuite.live.server import LiveServer

__all__ = ["LiveServer", "ReportPace", "Watched", "run_holds"]
