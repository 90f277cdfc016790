"""The arrows between the rooms point one way, and names stay cheap to read."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_import_linter_keeps_every_contract():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


HEAVY = {"tensorflow", "keras", "numpy", "pandas"}


def test_importing_benchsuite_imports_nothing_heavy():
    script = f"import sys, benchsuite; sys.exit(bool({HEAVY!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_every_public_name_exists_and_is_documented():
    import benchsuite

    for name in benchsuite.__all__:
        assert (getattr(benchsuite, name).__doc__ or "").strip(), name


def test_no_two_classes_have_one_name():
    """A name has one meaning. Exempt is what an interface and the engine's part behind it, or numbers and their tables, share."""
    owners: dict[str, list[str]] = {}
    for path in sorted((ROOT / "benchsuite").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                owners.setdefault(node.name, []).append(path.name)
    twice = {name: paths for name, paths in owners.items() if len(paths) > 1}
    assert twice.keys() <= {"KernelLayer", "Lab", "Network", "Probes", "Specimen"}, twice
