"""``benchsuite publish``: what stands in a publication, where it goes, what of an earlier one stays, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchsuite import rules
from benchsuite.bundle import open_bundle
from benchsuite.cli.app import app
from benchsuite.cli.report import write as write_site
from benchsuite.errors import BenchsuiteError
from benchsuite.store import Store
from benchsuite.study_files import write_study
from benchsuite.typed_commands import TypedCommand, write_command
from tests.bundle import made
from tests.bundled import REGISTRY

PRIVATE = "/home/ada/not for others"
GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = made.folder(tmp_path_factory.mktemp("of") / "results", made.records())
    study = made.study(made.records())
    write_study(path, study)
    typed = TypedCommand(study=study.id, folder=PRIVATE, words=("benchsuite", "run", f"{PRIVATE}/study.toml"))
    write_command(path, typed)
    return path


def publish(results: Path, *arguments: str) -> str:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(
        app, ["publish", "--no-local", "--results", str(results), *arguments], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["publish", "--no-local", *arguments])
    assert isinstance(done.exception, BenchsuiteError), done.output
    return str(done.exception)


@pytest.fixture(scope="module")
def published(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("to") / "published"
    publish(results, "--to", str(path), "--author", "Ada <b>", "--note", "a | note & more")
    return path


def test_a_publication_holds_all_that_others_need(published: Path) -> None:
    bundle = open_bundle(published)
    assert len(bundle.records) == 7
    assert (bundle.manifest.author, bundle.manifest.rules.tasks) == ("Ada <b>", {"my_digits_mlp": 1})
    there = set(bundle.manifest.files)
    assert {
        ".nojekyll", "README.md", "SUMMARY.md", "environment.json", "index.html", "records.jsonl.xz", "records.parquet",
        "requirements.txt", "site/index.html", "site/assets/site.css",
    } <= there  # fmt: skip
    (environment,) = json.loads(bundle.files["environment.json"])["environments"]
    assert environment["records"] == 7
    pinned = bundle.files["requirements.txt"].decode().splitlines()
    assert {"tensorflow==2.21.0", "benchsuite==0.1.0"} <= set(pinned)


def test_the_command_names_no_folder_of_this_machine(published: Path) -> None:
    command = open_bundle(published).manifest.command
    assert command[:4] == ("benchsuite", "publish", "--to", "published")
    assert not [word for word in command if "/" in word]
    assert str(published.parent).encode() not in (published / "manifest.json").read_bytes()


def test_how_a_study_was_typed_stays_with_who_typed_it(published: Path) -> None:
    bundle = open_bundle(published)
    assert [study.command for study in bundle.studies] == [made.study(made.records()).command]
    assert not [name for name in bundle.manifest.files if name.startswith("commands")]
    assert not [path for path in published.rglob("*") if path.is_file() and PRIVATE.encode() in path.read_bytes()]


def test_what_is_wrong_here_names_no_folder_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first page of a publication says what is damaged; of many files it says elsewhere how to see them all."""
    path = made.folder(tmp_path / "not for others" / "results", made.records(range(1)))
    for number in range(12):
        (path / "trials" / f"notes{number}").write_text("mine", encoding="utf-8")
    problems: list[str] = []

    def written(*_: object, **more: Any) -> Path:
        problems.extend(more["problems"])
        return path / "report" / "index.html"

    monkeypatch.setattr("benchsuite.report.write_report", written)
    found = write_site(Store(path), REGISTRY, folder=tmp_path / "site")
    assert problems[-1] == "… and 2 more"
    assert not [line for line in problems if "not for others" in line]
    assert found.damaged[-1].endswith(f"doctor --results {path}")  # said here, to whoever publishes


def test_what_others_wrote_is_text_in_markdown_and_yaml(published: Path) -> None:
    summary, card = ((published / name).read_text(encoding="utf-8") for name in ("SUMMARY.md", "README.md"))
    for text in (summary, card.partition("\n---\n")[2]):
        assert "Ada &lt;b&gt;" in text
        assert r"a \| note &amp; more" in text
    import yaml

    head = yaml.safe_load(card.split("---\n")[1])
    assert head["pretty_name"].endswith("by Ada <b>")
    assert head["configs"] == [{"config_name": "trials", "data_files": "records.parquet"}]
    assert "\n## What was found\n" in summary
    assert "| my\\_adam |" in summary


def test_the_site_leads_to_no_file_beside_it(published: Path) -> None:
    for page in (published / "site").rglob("*.html"):
        assert "trials/" not in page.read_text(encoding="utf-8"), page


def test_published_again_it_is_replaced_and_nothing_is_left_over(results: Path, tmp_path: Path) -> None:
    to = tmp_path / "published"
    publish(results, "--to", str(to), "--no-site", "--thin")
    first = open_bundle(to)
    assert first.manifest.thin
    assert not [
        name for name in first.manifest.files if name.startswith("site/") or name in ("index.html", "records.parquet")
    ]
    assert "site/" not in (to / "SUMMARY.md").read_text()
    publish(results, "--to", str(to), "--no-site")
    assert not open_bundle(to).manifest.thin
    assert [one.name for one in tmp_path.iterdir()] == ["published"]


def test_boards_of_earlier_rules_stay_and_are_listed(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "published"
    publish(results, "--to", str(to), "--author", "Grace")
    before = open_bundle(to).hash
    for number in (2, 3):
        monkeypatch.setattr(rules, "PROTOCOL", number)
        said = publish(results, "--to", str(to), *(("--no-site",) if number == 2 else ()))
    second, first = "engine2-protocol2-format2", "engine2-protocol1-format2"
    assert f"Kept below archive/: {second}/archive/{first} of " in said
    assert f"Kept below archive/: {second} of " in said
    bundle = open_bundle(to)
    assert bundle.manifest.rules.protocol == 3
    assert open_bundle(to / "archive" / second).manifest.rules.protocol == 2  # whole, with what it kept itself
    assert open_bundle(to / "archive" / second / "archive" / first).hash == before
    page = (to / "site" / "archive.html").read_text(encoding="utf-8")
    assert f'href="../archive/{second}/archive/{first}/site/index.html"' in page
    assert f'href="../archive/{second}/SUMMARY.md"' in page
    assert "Grace" in page
    assert before[:16] in page
    assert 'href="archive.html"' in (to / "site" / "provenance.html").read_text(encoding="utf-8")


def test_a_folder_of_others_is_left_alone(results: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    said = refused("--results", str(results), "--to", str(tmp_path))
    assert "holds files that benchsuite did not publish. Nothing was written" in said
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_zip_of_others_is_left_alone_and_one_of_ours_is_replaced(results: Path, tmp_path: Path) -> None:
    path = tmp_path / "thesis.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("thesis.tex", "years of work")
    for content, why in ((path.read_bytes(), "has no manifest.json"), (b"x\n", "is no whole zip")):
        path.write_bytes(content)
        said = refused("--results", str(results), "--zip", str(path), "--no-site")
        assert "thesis.zip is nothing that benchsuite published: it " in said
        assert why in said
        assert path.read_bytes() == content
    path.unlink()
    for note in ("first", "second"):
        publish(results, "--zip", str(path), "--no-site", "--note", note)
    assert open_bundle(path).manifest.note == "second"


def test_a_file_that_was_put_into_a_publication_is_not_lost(results: Path, tmp_path: Path) -> None:
    to = tmp_path / "published"
    publish(results, "--to", str(to), "--no-site")
    (to / "CNAME").write_text("bench.example.org")
    assert "has 'CNAME', which its manifest does not name" in refused("--results", str(results), "--to", str(to))
    assert (to / "CNAME").exists()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "repository"
    path.mkdir()
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.org")
    git(path, "init", "-q", "-b", "main")
    (path / "mine.py").write_text("x = 1\n")
    git(path, "add", "mine.py")
    git(path, "commit", "-q", "-m", "mine")
    (path / "mine.py").write_text("x = 2\n")
    (path / "other.py").write_text("staged\n")
    git(path, "add", "other.py")
    monkeypatch.chdir(path)
    return path


def git(path: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(path), *arguments], capture_output=True, text=True, check=True).stdout


def test_a_branch_gets_a_commit_and_the_working_tree_nothing(
    results: Path, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = git(repository, "status", "--porcelain"), git(repository, "rev-parse", "HEAD")
    said = publish(results, "--branch", "gh-pages", "--no-site")
    assert "Push it with: git push origin gh-pages" in said
    monkeypatch.setattr(rules, "PROTOCOL", 2)
    publish(results, "--branch", "gh-pages", "--no-site")
    assert (git(repository, "status", "--porcelain"), git(repository, "rev-parse", "HEAD")) == before
    assert len(git(repository, "log", "--format=%h", "gh-pages").split()) == 2
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "-b", "gh-pages", str(repository), str(clone))
    bundle = open_bundle(clone)
    assert bundle.manifest.rules.protocol == 2
    assert open_bundle(clone / "archive" / "engine2-protocol1-format2").manifest.rules.protocol == 1
    assert ".nojekyll" in bundle.manifest.files


def test_a_branch_that_is_checked_out_or_none_or_elsewhere_is_refused(
    results: Path, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = ("--results", str(results))
    assert "the branch 'main' is checked out" in refused(*named, "--branch", "main")
    for name in ("a..b", "-x", "a b", "../main"):
        assert "cannot be the name of a branch" in refused(*named, f"--branch={name}")
    git(repository, "branch", "thesis")
    assert "the branch 'thesis' holds files that benchsuite did not publish" in refused(*named, "--branch", "thesis")
    monkeypatch.chdir(tmp_path)
    assert "is in no git repository" in refused(*named, "--branch", "gh-pages")


def test_links_in_a_branch_are_never_followed(results: Path, repository: Path) -> None:
    (repository / "manifest.json").symlink_to("/etc/passwd")
    git(repository, "add", "manifest.json")
    git(repository, "commit", "-q", "-m", "a link")
    git(repository, "branch", "gh-pages")
    assert "has something else than a plain file: 'manifest.json'" in refused(
        "--results", str(results), "--branch", "gh-pages"
    )


def test_sources_come_along_where_they_are_asked_for(results: Path, tmp_path: Path) -> None:
    plugin = tmp_path / "my plugin.py"
    plugin.write_text(
        "import benchsuite as bs\n\n\n@bs.hookimpl\ndef register_optimizers():\n"
        '    return [bs.Optimizer(name="my_adam", make=lambda learning_rate: None, '
        'space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.01)}, summary="Mine.", reference="None.")]\n'
    )
    to = tmp_path / "b.zip"
    publish(results, "--zip", str(to), "--with-sources", "--no-site", "--stale", "--plugin", str(plugin))
    bundle = open_bundle(to)
    assert bundle.manifest.files["plugins/my_plugin.py"].bytes == plugin.stat().st_size
    assert "my plugin.py" in bundle.manifest.command


def test_what_cannot_be_published_is_said(results: Path, tmp_path: Path) -> None:
    named = ("--results", str(results))
    assert "--to and --zip are two places" in refused(*named, "--to", "a", "--zip", "b.zip")
    assert "--zip must name a file that ends with .zip. Received: b.tar" in refused(*named, "--zip", "b.tar")
    assert "there are no records in" in refused("--results", str(tmp_path), "--to", "x")
    bad = tmp_path / "s.json"
    for content, said in (("{", "is not whole JSON"), ('{"x": 1}', "must be an object whose format is 1")):
        bad.write_text(content)
        assert f"cannot add the statement {bad}" in refused(
            *named, "--zip", str(tmp_path / "b.zip"), "--statement", str(bad)
        )
        assert said in refused(*named, "--zip", str(tmp_path / "b.zip"), "--statement", str(bad))
