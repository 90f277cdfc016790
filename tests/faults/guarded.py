"""A guard in which faults can be injected: the real one, run as it is run, with nothing but the standard library."""

import runpy
from pathlib import Path

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    injection = runpy.run_path(str(HERE / "injection.py"))
    injection["install"]("guard")
    runpy.run_path(str(HERE.parents[1] / "benchsuite/execution/guard.py"), run_name="__main__")
