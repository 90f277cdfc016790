"""The command line: one thin module for each verb. Imports are kept inside the verbs, so that ``--help`` stays fast."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``benchsuite``: exit code 0 if all trials have records, 1 if the study could not complete, 2 for what the user can mend."""
    from benchsuite.cli.app import app
    from benchsuite.cli.console import complain, print_rest, safe_output
    from benchsuite.errors import BenchsuiteError, of_a_drive

    safe_output()
    try:
        try:
            app()
        except SystemExit:
            print_rest(sys.stdout, sys.stderr)
            raise
    except BenchsuiteError as error:
        complain(error)
        sys.exit(2)
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        sys.exit(1)
    except OSError as error:
        failing = of_a_drive(error)
        if failing is None:
            raise
        complain(failing)
        sys.exit(2)
