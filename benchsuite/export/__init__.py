"""Results in the forms of others: tables, lines of JSON, and whatever an observer writes."""

from benchsuite.export.lines import write_lines
from benchsuite.export.replay import replay
from benchsuite.export.tables import TABLES, write_tables

__all__ = ["TABLES", "replay", "write_lines", "write_tables"]
