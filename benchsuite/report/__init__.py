"""What a reader gets to see: the page, its drawings and the tables, made from records and nothing else.

Importing this package is cheap; seaborn is imported when a page is written.
"""

from benchsuite.report.contents import Contents
from benchsuite.report.site.writing import write_report
from benchsuite.report.tables.number_files import write_numbers
from benchsuite.report.tables.number_tables import number_tables
from benchsuite.report.tables.parquet import write_trials
from benchsuite.report.tables.ranking_files import write_tables
from benchsuite.report.tables.terminal import leaderboard_tables
from benchsuite.report.tables.terminal_grid import grid_tables

__all__ = [
    "Contents",
    "grid_tables",
    "leaderboard_tables",
    "number_tables",
    "write_numbers",
    "write_report",
    "write_tables",
    "write_trials",
]
