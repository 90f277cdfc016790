"""Whether the data of tasks are here, looked at before a study of hours begins."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchsuite.errors import BenchsuiteError
from benchsuite.text import reason_of

if TYPE_CHECKING:
    from benchsuite.registry import Registry


def refuse_without_data(tasks: Iterable[str], known: Registry) -> None:
    """Refuse tasks whose data are not here.

    What a certificate says of data that nobody has to fetch is believed; others are read.

    Args:
        tasks: Names.
        known: The plugins that were found.

    Raises:
        BenchsuiteError: Naming the first of them, and how to get its data.
    """
    from benchsuite.certificates import checksum_of
    from benchsuite.cli.quiet import surround
    from benchsuite.data import read

    for name in sorted(tasks):
        task = known.task(name)
        with contextlib.suppress(BenchsuiteError):  # whoever trains is told of a certificate that is broken
            if task.download is None and checksum_of(task, known):
                continue
        surround()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                read(task)
        except Exception as error:  # data() may raise anything
            then = f" `benchsuite data fetch {name}` gets them." if task.download else ""
            raise BenchsuiteError(
                f"the data of {task.title} are not here: {reason_of(error)}.{then} Nothing has run."
            ) from error
