"""Code that runs in every Python process of a study before anything else: how a clock jumps, or a call never returns."""

from __future__ import annotations

from pathlib import Path


def sabotaged(folder: Path, code: str) -> dict[str, str]:
    """Return environment variables with which every Python of a study begins with some code.

    Args:
        folder: For the file, which Python imports by its name.
        code: What runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}
