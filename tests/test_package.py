"""The built wheel holds every file of the product and nothing else, and works alone."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = {"benchsuite": "benchsuite", "plugins": "benchsuite_plugins", "tasks": "benchsuite_tasks"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build from a copy of what git would carry, so that an old build/ folder cannot leak in."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in files.stdout.splitlines():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(source)],
        check=True,
        capture_output=True,
        text=True,
    )
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_exactly_the_three_folders(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {
        f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, package in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == wanted


def test_the_wheel_runs_alone_from_an_empty_folder(wheel, tmp_path):
    """Installed without the checkout: the dependencies come from this environment, benchsuite from the wheel only."""
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)], check=True
    )
    script = (
        "import sys, benchsuite, benchsuite_plugins, benchsuite_tasks\n"
        f"assert all(m.__file__.startswith({str(site)!r}) for m in (benchsuite, benchsuite_plugins, benchsuite_tasks))\n"
        "sys.argv = ['benchsuite', 'run', '--task', 'noisy_quadratic,diamonds_mlp', '--seeds', '1', '--epochs', '1']\n"
        "from benchsuite.cli import main\n"
        "if __name__ == '__main__': main()\n"
    )
    program = tmp_path / "program.py"
    program.write_text(script)
    done = subprocess.run(
        [sys.executable, str(program)],
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 completed" in done.stdout
    assert (empty / "results" / "report" / "index.html").stat().st_size > 10_000
