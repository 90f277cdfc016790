"""The documentation stays true: generated pages, links, commands, complete plugins, hooks, kinds, keys and fields."""

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from benchsuite.cli.app import app
from benchsuite.components import HOOKS, KINDS
from benchsuite.options import options_of
from benchsuite.registry import Sources, load_registry
from benchsuite.store import OUTCOMES, Record
from benchsuite.studies.file import read_study_file
from benchsuite.study import TABLES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


def _name(page):
    return page.relative_to(ROOT).as_posix()


def _script():
    spec = importlib.util.spec_from_file_location("make_pages", DOCS / "reference" / "make_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE_PAGES = _script()


@pytest.fixture(scope="module")
def generated():
    return MAKE_PAGES.pages()


@pytest.mark.parametrize(
    "name", ["reference/cli.md", "reference/hooks.md", "reference/components.md", "explanation/differences.md"]
)
def test_generated_pages_are_up_to_date(generated, name):
    page = DOCS / name
    same = page.read_text(encoding="utf-8") == generated[page]
    assert same, f"docs/{name} is out of date. Run: {MAKE_PAGES.COMMAND}"


def test_help_texts_do_not_depend_on_the_terminal(generated, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert MAKE_PAGES.cli() == generated[DOCS / "reference" / "cli.md"]


LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_relative_link_leads_somewhere(page):
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in LINK.findall(prose):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{_name(page)} links to {target}, which does not exist"
        assert not anchor or anchor in _anchors(found), f"{_name(page)} links to {target}: no such heading"


def _anchors(page):
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_can_be_reached_from_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        if page.name != "index.md":
            assert f"({page.relative_to(DOCS).as_posix()})" in index, f"docs/index.md does not link to {_name(page)}"


CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS = [
    pytest.param(line.removeprefix("$ benchsuite"), id=f"{_name(page)}:{line.removeprefix('$ benchsuite ')}")
    for page in PAGES
    for block in CONSOLE.findall(page.read_text(encoding="utf-8"))
    for line in block.splitlines()
    if line.startswith("$ benchsuite")
]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_line_parses(line):
    verb, *arguments = shlex.split(line, comments=True)
    root = typer.main.get_command(app)
    context = root.make_context("benchsuite", [], resilient_parsing=True)
    command = root.get_command(context, verb)
    assert command is not None, f"there is no verb {verb!r}"
    command.make_context(verb, arguments, parent=context)


def test_an_unknown_option_would_be_noticed():
    with pytest.raises(Exception, match="No such option: --nope"):
        test_every_command_line_parses(" run --all --nope")


PLUGIN = re.compile(r'^```python title="([^"]+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)
PLUGINS = [
    pytest.param(title, text, id=f"{_name(page)}:{title}")
    for page in PAGES
    for title, text in PLUGIN.findall(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("title", "text"), PLUGINS)
def test_complete_plugins_load(title, text, tmp_path):
    (tmp_path / title).write_text(text, encoding="utf-8")
    registry = load_registry(Sources(plugins=(title,), folder=str(tmp_path), local=False))
    (plugin,) = [plugin for plugin in registry.plugins if plugin.origin == f"--plugin {title}"]
    assert plugin.reason == ""
    owned = [name for table in registry.tables.values() for name, entry in table.items() if entry.plugin == plugin]
    assert owned or "study_started" in text


@pytest.mark.parametrize(("title", "text"), PLUGINS)
def test_complete_plugins_keep_to_the_line_length(title, text):
    assert max(len(line) for line in text.splitlines()) <= 120


@pytest.mark.parametrize("title", ["my_regularizations.py", "my_swish.py"])
def test_components_with_layers_keep_every_promise(tmp_path, title):
    from benchsuite.conformance import checked

    (text,) = {text for name, text in (plugin.values for plugin in PLUGINS) if name == title}
    (tmp_path / title).write_text(text, encoding="utf-8")
    registry = load_registry(Sources(plugins=(title,), folder=str(tmp_path), local=False))
    own = [plugin for plugin in registry.plugins if plugin.origin.startswith("--plugin")]
    names = [
        (kind, name)
        for kind, table in registry.tables.items()
        for name, entry in table.items()
        if entry.plugin in own and kind in ("regularization", "activation")
    ]
    assert names
    for kind, name in names:
        assert [finding.problem for finding in checked(registry, kind, name) if finding.problem] == []


def test_the_tutorial_shows_what_new_writes():
    from benchsuite.cli.templates import template

    text = (DOCS / "tutorial" / "first-plugin.md").read_text(encoding="utf-8")
    assert template("optimizer").replace("NAME", "my_opt") in text


def test_every_hook_is_documented():
    reference = (DOCS / "reference" / "hooks.md").read_text(encoding="utf-8")
    guides = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "how-to").glob("*.md"))
    names = MAKE_PAGES.hook_names()
    assert set(HOOKS.values()) < set(names)
    for name in names:
        assert f"## {name}\n" in reference
        assert name in guides, f"no how-to mentions the hook {name}"


def test_every_kind_is_documented():
    guide = (DOCS / "how-to" / "write-a-component.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"## {kind}\n" in guide or kind == "optimizer", f"write-a-component.md has no section {kind}"
        assert f"## {kind}\n" in (DOCS / "reference" / "components.md").read_text(encoding="utf-8")


def test_every_outcome_and_field_is_documented():
    failures = (DOCS / "how-to" / "resume-and-failures.md").read_text(encoding="utf-8")
    record = (DOCS / "reference" / "record-format.md").read_text(encoding="utf-8")
    for outcome in OUTCOMES:
        assert f"| `{outcome}` |" in failures
        assert f"`{outcome}`" in record
    for field in Record.model_fields:
        assert f"| `{field}` |" in record


def test_the_study_file_of_the_guide_can_be_read(tmp_path):
    guide = (DOCS / "how-to" / "select-and-grid.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```toml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    assert set(read_study_file(path)) == set(tomllib.loads(text))


def test_the_examples_of_the_reference_can_stand_in_a_study_file(tmp_path):
    reference = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| `(\w+ = .*?)` \|", reference, re.MULTILINE)
    path = tmp_path / "study.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert list(read_study_file(path)) == [line.name for line in options_of(*TABLES) if line.in_file]
