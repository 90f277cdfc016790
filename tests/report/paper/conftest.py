"""What the tests of papers share: a small study, and what compiles a folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NEEDED = [name for name in ("pdflatex", "bibtex", "pdftotext") if shutil.which(name) is None]


@pytest.fixture(scope="session")
def compiled():
    """Return what compiles a folder and gives the text of its pages."""
    if NEEDED:
        pytest.skip(
            f"there is no {' and no '.join(NEEDED)} here: texlive-latex-recommended and poppler-utils have them"
        )

    def compile(folder: Path) -> str:
        run = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "main"]
        for command in (run, ["bibtex", "main"], run, run):
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120, check=False
            )
            assert done.returncode == 0, done.stdout[-3000:]
        log = (folder / "main.log").read_text(encoding="utf-8", errors="replace")
        assert "undefined" not in log, [line for line in log.splitlines() if "undefined" in line]
        assert "Missing character" not in log
        pages = subprocess.run(
            ["pdftotext", "-layout", "main.pdf", "-"], cwd=folder, capture_output=True, timeout=60, check=True
        )
        return pages.stdout.decode()

    return compile
