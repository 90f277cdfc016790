"""The promises of a plugin as tests: the suite that ``benchsuite check`` tries, with pytest.

In a test file of your own::

    from benchsuite.testing import promises_of

    @pytest.mark.parametrize("promise", promises_of("plugins/my_opt.py"), ids=str)
    def test_it_keeps_its_promises(promise):
        promise.check()

Or without one: ``pytest --benchsuite plugins/my_opt.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchsuite.testing.promise import Promise

__all__ = ["promises_of"]


def promises_of(plugin: str | Path, only: str | None = None) -> list[Promise]:
    """Return the promises of all that a plugin registers, to be checked one after another.

    They are tried in a process of their own, which starts with the first one that is checked: TensorFlow is not imported
    here, and a crash costs one promise.

    Args:
        plugin: The plugin's file, or the name of its module.
        only: Name of the one component or task whose promises are wanted; all that the plugin registers unless given.

    Raises:
        BenchsuiteError: If the plugin cannot be imported, or registers nothing of that name.
    """
    from benchsuite.testing.promise import promises

    return promises(str(plugin), only)
