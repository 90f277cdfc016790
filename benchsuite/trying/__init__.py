"""Imports plugins in a process of its own first, so that one that ends or stops its process is broken and nothing else is.

Once for each state of a plugin's files: what came of it is kept. Survivors are then imported where they are needed.
"""

from benchsuite.trying.tried import Listed, TriedFirst, functions_before
from benchsuite.trying.trying import forget_unless_it_has, try_first

__all__ = ["Listed", "TriedFirst", "forget_unless_it_has", "functions_before", "try_first"]
