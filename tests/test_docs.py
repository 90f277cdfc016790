"""The documentation stays true: generated pages, links, commands, complete plugins, hooks, kinds, keys, fields, the site."""

import dataclasses
import importlib.util
import inspect
import os
import re
import shlex
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer

import benchsuite as bs
from benchsuite.archive import Archive
from benchsuite.bundle.reading import read_manifest
from benchsuite.cli.app import app
from benchsuite.components import HOOKS, KINDS
from benchsuite.curves import Curves
from benchsuite.options import options_of
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Environment, Failure, MadeBy, Reached, Record, Results, TaskFacts
from benchsuite.reference import reference_file
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.studies.file import read_study_file
from benchsuite.study import TABLES
from benchsuite.trial import Spec
from tests.factories import make_record, make_study

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md"))]


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
    "name",
    [
        "reference/cli.md",
        "reference/resolution.md",
        "reference/hooks.md",
        "reference/api.md",
        "reference/components.md",
        *(f"reference/components/{kind}.md" for kind in KINDS),
        "explanation/differences.md",
    ],
)
def test_generated_pages_are_up_to_date(generated, name):
    page = DOCS / name
    same = page.read_text(encoding="utf-8") == generated[page]
    assert same, f"docs/{name} is out of date. Run: {MAKE_PAGES.COMMAND}"


def test_no_kind_that_is_gone_has_a_page(generated):
    folder = DOCS / "reference" / "components"
    assert set(folder.iterdir()) == {page for page in generated if page.parent == folder}


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
    own = command.make_context(verb, [*arguments], parent=context)
    if isinstance(command, typer.core.TyperGroup) and arguments:
        action, inner, rest = command.resolve_command(own, arguments)
        inner.make_context(action, rest, parent=own)


def test_tasks_of_comparisons_with_the_reference_are_stored_there():
    """Which tasks are quick changes, and the results that ship are of those."""
    stored = set(read_manifest(reference_file())[0].rules.tasks)
    lines = [line for (line,) in (each.values for each in COMMANDS) if re.search(r"\breference:", line)]
    assert len(lines) > 3
    for line in lines:
        for names in re.findall(r"--task (\S+)", line):
            assert set(names.split(",")) <= stored, line


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
    registry = load_registry(PluginSearch(plugins=(title,), folder=str(tmp_path), local=False))
    (plugin,) = [plugin for plugin in registry.plugins if plugin.origin == f"--plugin {title}"]
    assert plugin.reason == ""
    owned = [name for table in registry.tables.values() for name, entry in table.items() if entry.plugin == plugin]
    observers = [one.name for given in registry.hooks.hook.register_observers() for one in given]
    assert owned or "study_started" in text or title.removesuffix(".py") in observers


@pytest.mark.parametrize(("title", "text"), PLUGINS)
def test_complete_plugins_keep_to_the_line_length(title, text):
    assert max(len(line) for line in text.splitlines()) <= 120


def test_the_logger_of_the_guide_writes_what_it_says(tmp_path, capsys):
    (text,) = {text for name, text in (plugin.values for plugin in PLUGINS) if name == "my_logger.py"}
    logger = {}
    exec(compile(text, "my_logger.py", "exec"), logger)
    logger["study_started"](trials=[None, None], results=tmp_path)
    for record in (make_record(value=0.875, seed=3), make_record(outcome="crashed")):
        logger["trial_finished"](bs.TrialResult(record.id, record, "nowhere"))
    logger["study_finished"](outcomes={"completed": 1, "crashed": 1})
    first, second = (tmp_path / "trials.csv").read_text(encoding="utf-8").splitlines()
    assert first == f"{make_record(value=0.875, seed=3).id},digits_mlp,adam,3,completed,0.875"
    assert second == f"{make_record(outcome='crashed').id},digits_mlp,adam,0,crashed,"
    assert capsys.readouterr().out == "2 trials to run\n1 completed, 1 crashed\n"


def test_the_numbers_of_the_explanation_are_taken_as_it_says(monkeypatch):
    page = (DOCS / "explanation" / "numbers.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    monkeypatch.setattr(bs, "read", lambda folder: Archive(make_study()))
    found = {}
    exec(compile(text, "numbers.md", "exec"), found)
    table = found["table"]
    assert found["losses"].values.shape == found["times"].values.shape == (len(table.rows), len(table.columns), 3)
    assert [one.row for one in found["numbers"]] == list(table.rows)
    assert max(one.interquartile_mean for one in found["numbers"]) > 0.9


@pytest.mark.parametrize("title", ["my_regularizations.py", "my_swish.py"])
def test_components_with_layers_keep_every_promise(tmp_path, title):
    from benchsuite.conformance import checked

    (text,) = {text for name, text in (plugin.values for plugin in PLUGINS) if name == title}
    (tmp_path / title).write_text(text, encoding="utf-8")
    registry = load_registry(PluginSearch(plugins=(title,), folder=str(tmp_path), local=False))
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


def test_what_an_author_may_return_stands_with_its_signature_and_without_markup():
    """Every interface of the components, such as ``Batch``: its methods, and what each means."""
    from benchsuite.components import initializer, regularization, schedule

    reference = (DOCS / "reference" / "hooks.md").read_text(encoding="utf-8")
    interfaces = [
        value
        for module in (regularization, initializer, schedule)
        for value in vars(module).values()
        if getattr(value, "_is_protocol", False) and value.__module__ == module.__name__
    ]
    assert {one.__name__ for one in interfaces} >= {"Batch", "Masks", "Kernels", "AfterStep", "Monitor", "Adapting"}
    for one in interfaces:
        section = reference.partition(f"\n### {one.__name__}\n")[2].partition("\n## ")[0].partition("\n### ")[0]
        for name, method in vars(one).items():
            if inspect.isfunction(method) and method.__doc__ and not name.startswith("_"):
                assert re.search(rf"\n    def {name}\(self, \w+: .+\) -> .+: \.\.\.\n", section), (one, name)
                assert f"\n`{name}`: " in section
    assert "    def in_training(self, kernels: Sequence[Any]) -> Sequence[Any]: ...\n" in reference
    prose = re.sub(r"```\w*\n.*?```", "", reference, flags=re.DOTALL)
    assert not re.findall(r"``|:\w+:`|^Args:|0x[0-9a-f]{6}", prose, re.MULTILINE)


def test_every_kind_is_documented():
    guide = (DOCS / "how-to" / "write-a-component.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"## {kind}\n" in guide or kind == "optimizer", f"write-a-component.md has no section {kind}"
        assert f"## {kind}\n" in (DOCS / "reference" / "components.md").read_text(encoding="utf-8")


def test_every_outcome_is_documented():
    failures = (DOCS / "how-to" / "resume-and-failures.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", failures, re.MULTILINE)
    documented = {outcome: shown == "failed" for outcome, shown in rows if outcome in list(Outcome)}
    assert documented == {outcome.value: outcome.failed for outcome in Outcome}
    record = (DOCS / "reference" / "record-format.md").read_text(encoding="utf-8")
    for outcome in Outcome:
        assert f"`{outcome}`" in record


PARTS = {
    "spec": Spec,
    "results": Results,
    "costs": Costs,
    "environment": Environment,
    "task": TaskFacts,
    "made_by": MadeBy,
}


def _fields(part):
    """Names of the fields as the JSON has them."""
    if not dataclasses.is_dataclass(part):
        return set(part.__annotations__)
    return {"spec" if field.name == "trial" else field.name for field in dataclasses.fields(part)}


@pytest.mark.parametrize("section", ["", *PARTS])
def test_every_field_of_a_record_has_a_row_and_every_row_is_a_field(section):
    page = (DOCS / "reference" / "record-format.md").read_text(encoding="utf-8")
    text = page.split("\n## ")[0] if not section else page.split(f"\n## {section}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
    rows = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert len(rows) == len(set(rows))
    assert set(rows) == (_fields(PARTS[section]) if section else {*_fields(Record), "format"})


def test_every_part_of_a_record_has_a_section():
    kinds = {field.name for field in dataclasses.fields(Record) if field.name in PARTS}
    assert kinds | {"spec"} == set(PARTS)
    page = (DOCS / "reference" / "record-format.md").read_text(encoding="utf-8")
    for part in (Failure, Reached):
        (results,) = re.findall(r"^## results\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
        assert all(f"`{name}`" in results for name in _fields(part))
    for name in Curves.WHOLE:
        assert f"`{name}`" in page.split("\n## curves\n")[1].split("\n## ")[0]


def test_the_example_of_a_spec_has_every_field():
    page = (DOCS / "reference" / "record-format.md").read_text(encoding="utf-8")
    example = page.split("\n## spec\n\n")[1].split("\n\n")[0]
    assert all(f'"{name}": ' in example for name in _fields(Spec))


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


# The site


BUILD = """import sys
from mkdocs.__main__ import cli
cli(["build", "--strict", "--site-dir", sys.argv[1]], standalone_mode=False)
print(sorted({"benchsuite", "keras", "numpy", "tensorflow"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site, and the process that built it."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},  # as make docs has it
        capture_output=True,
        text=True,
        check=False,
    )
    return folder, done


class Tags(HTMLParser):
    """Collects what a page loads, and the text below each heading of level two."""

    def __init__(self, html):
        super().__init__()
        self.loads, self.sections = [], {}
        self._heading = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "h2":
            self._heading = given.get("id", "")
            self.sections[self._heading] = ""
        names = ["src", "srcset", "data", "poster"] + (["href"] if tag in ("link", "use", "image") else [])
        self.loads += [given[name] for name in names if given.get(name)]

    def handle_data(self, data):
        if self._heading is not None:
            self.sections[self._heading] += data


def test_the_site_builds_without_a_warning(site):
    folder, done = site
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    for page in DOCS.rglob("*.md"):
        assert (folder / page.relative_to(DOCS).with_suffix(".html")).is_file(), _name(page)


def test_the_site_is_made_from_text_without_importing_what_it_documents(site):
    assert site[1].stdout.splitlines()[-1] == "[]"


def test_the_site_loads_nothing_from_elsewhere(site):
    """No font, script or image: it can be read offline, and nobody learns who reads it."""
    loaded = {}
    for page in site[0].rglob("*.html"):
        for address in Tags(page.read_text(encoding="utf-8")).loads:
            loaded.setdefault(address, page.name)
    assert any(address.endswith(".js") for address in loaded)
    assert {address: name for address, name in loaded.items() if re.match(r"[a-z]+:|//", address)} == {}
    for sheet in site[0].rglob("*.css"):
        found = re.findall(r"""(?:url\(|@import\s+)["']?((?:https?:)?//[^"')]+)""", sheet.read_text(encoding="utf-8"))
        assert found == [], sheet.name


def test_the_page_of_public_names_shows_each_with_its_docstring(site):
    sections = Tags((site[0] / "reference" / "api.html").read_text(encoding="utf-8")).sections
    for name in bs.__all__:
        shown = " ".join(sections[name.lower()].split())
        assert len(shown) > len(name) + 20, f"{name}: {shown!r}"
        assert not re.search(r":\w+:`|::: ", shown), f"{name}: {shown!r}"
    assert "Whether each part holds each class in equal proportion" in " ".join(sections["holdout"].split())


def test_the_site_reads_markdown_as_github_does(site):
    """Python-Markdown makes no list without a blank line above it; the text would run on with dashes in it."""
    for page in site[0].rglob("*.html"):
        swallowed = re.search(r"<p>[^<]*(?:<(?!/?p>)[^<]*)*?\n[-*] .*", page.read_text(encoding="utf-8"))
        assert swallowed is None, f"{page.name}: {swallowed[0]}"


def test_links_out_of_the_documentation_lead_to_the_repository(site):
    page = (site[0] / "reference" / "baselines.html").read_text(encoding="utf-8")
    assert '"https://github.com/benchsuite/benchsuite/blob/main/results/reference/baselines.csv"' in page
