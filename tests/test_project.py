"""What stands around the code agrees with it: make, the workflow, pre-commit, constraints, the citation."""

import ast
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _recipes():
    """The targets of the Makefile, and the commands of each as a shell in the root would have them."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(BIN)", ".venv/bin")
    found = re.findall(r"^([\w-]+):[^\n=]*\n((?:\t.*\n)*)", text, re.MULTILINE)
    return {target: [line.strip() for line in lines.splitlines()] for target, lines in found}


RECIPES = _recipes()


def _yaml(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_make_help_names_every_target():
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()
    assert set(phony) == set(RECIPES)
    told = set(re.findall(r"make (\w+)", " ".join(RECIPES["help"])))
    assert told == set(RECIPES) - {"help", "clean"}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/tutorial/first-plugin.md", ".ci/run"])
def test_every_make_command_of_a_page_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    told = set(re.findall(r"(?:^ *|`)make ([\w-]+)", text, re.MULTILINE))
    assert told
    assert told <= set(RECIPES)


def test_pre_commit_runs_what_make_lint_runs_and_needs_no_versions_of_its_own():
    config = _yaml(".pre-commit-config.yaml")
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    hooks = config["repos"][0]["hooks"]
    assert [hook["entry"] for hook in hooks] == RECIPES["lint"]
    assert not any(hook["pass_filenames"] for hook in hooks)


@pytest.fixture(scope="module")
def jobs():
    return _yaml(".github/workflows/ci.yml")["jobs"]


def test_the_workflow_runs_the_targets_of_the_makefile_and_nothing_else(jobs):
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert commands == ["make lint", "make test", "make docs", "make wheel"]
    assert all(command.removeprefix("make ") in RECIPES for command in commands)


def test_the_workflow_tests_every_python_that_the_package_names(jobs):
    named = {
        found[1]
        for line in PROJECT["project"]["classifiers"]
        if (found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", line))
    }
    matrix = jobs["tests"]["strategy"]["matrix"]
    assert matrix["system"] == ["ubuntu-latest"]
    assert set(matrix["python"]) == named
    assert [extra["system"] for extra in matrix["include"]] == ["macos-latest"]
    assert {extra["python"] for extra in matrix["include"]} <= named


def test_actions_are_pinned_to_major_versions_and_may_only_read(jobs):
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in used), used
    assert _yaml(".github/workflows/ci.yml")["permissions"] == {"contents": "read"}


def _required():
    """Every requirement that make installs, by where it stands."""
    yield from (("dependencies", line) for line in PROJECT["project"]["dependencies"])
    yield from (("data", line) for line in PROJECT["project"]["optional-dependencies"]["data"])
    for group, lines in PROJECT["dependency-groups"].items():
        yield from ((group, line) for line in lines if isinstance(line, str))


def test_every_requirement_is_a_range_with_a_pin_that_fits():
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, pinned = line.split("==")
            pins[canonicalize_name(name)] = pinned
    for where, line in _required():
        wanted = Requirement(line)
        assert "==" not in line, f"{where}: {line}"
        assert wanted.specifier, f"{where}: {line} has no lower bound"
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), f"{where}: {line}"


def test_the_group_dev_is_all_others():
    groups = PROJECT["dependency-groups"]

    def within(name):
        included = {entry["include-group"] for entry in groups[name] if isinstance(entry, dict)}
        return included.union(*map(within, included))

    assert within("dev") == set(groups) - {"dev"}


RUNS_WHAT_IT_READS = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve", "yaml"}
ONLY_WRITES = {"shared": {"marshal"}}
"""Module → what it may import to write with."""


@pytest.mark.parametrize("path", sorted((ROOT / "benchsuite").rglob("*.py")), ids=lambda path: path.stem)
def test_the_harness_reads_data_as_data_only(path):
    """As SECURITY.md promises: records, study files and weights may come from a stranger."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not {alias.name.partition(".")[0] for alias in node.names} & RUNS_WHAT_IT_READS - ONLY_WRITES.get(
                path.stem, set()
            )
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] not in RUNS_WHAT_IT_READS
        elif isinstance(node, ast.Call):
            assert getattr(node.func, "id", "") not in ("eval", "exec")
            assert ast.unparse(node.func) not in ("marshal.load", "marshal.loads")
            assert not any(word.arg == "allow_pickle" and ast.unparse(word.value) != "False" for word in node.keywords)


# The Citation File Format 1.2.0: what must be there, and what may.
REQUIRED = {"cff-version", "message", "title", "authors"}
ALLOWED = REQUIRED | {"abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license"}
ALLOWED |= {"license-url", "preferred-citation", "references", "repository", "repository-artifact", "repository-code"}
ALLOWED |= {"type", "url", "version"}


def test_the_citation_is_valid_and_names_this_version():
    found = _yaml("CITATION.cff")
    assert set(found) >= REQUIRED
    assert set(found) <= ALLOWED
    assert found["cff-version"] == "1.2.0"
    assert found["type"] == "software"
    assert found["authors"]
    assert all("name" in author or {"family-names", "given-names"} & set(author) for author in found["authors"])
    assert str(found["version"]) == PROJECT["project"]["version"] == version("benchsuite")
    assert found["license"] == PROJECT["project"]["license"]
    assert found["repository-code"] == PROJECT["project"]["urls"]["Homepage"]
    assert len(set(found["keywords"])) == len(found["keywords"])
