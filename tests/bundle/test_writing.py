"""What is written is read back letter for letter; the same content is the same bytes; a bundle is whole or absent."""

from __future__ import annotations

import lzma
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from benchsuite.bundle import BundleError, open_bundle, read_manifest, write_bundle
from benchsuite.bundle import exchange as exchange_room
from benchsuite.bundle.lines import NotLines, packed, split_lines, unpacked
from benchsuite.bundle.manifest import Challenged
from benchsuite.bundle.older import published_before
from benchsuite.bundle.writing import put_in_place
from benchsuite.errors import BenchsuiteError
from benchsuite.record_json import record_to_json
from benchsuite.rules import rules_now
from benchsuite.thinned import thinned
from tests.bundle import made
from tests.factories import remade


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_what_is_read_back_is_what_was_written(tmp_path: Path, name: str) -> None:
    held = made.records()
    challenged = Challenged("ab" * 32, "does not repeat")
    whole = made.content(
        held, studies=[made.study(held)], author="Ada", note="a note", challenges=challenged,
        files={"SUMMARY.md": b"# x\n"}, statements={"s.json": b'{"verdict": "PASS"}'}, costs={"c.json": b"{}"},
    )  # fmt: skip
    bundle = open_bundle(write_bundle(whole, tmp_path / name))
    assert [record_to_json(one) for one in bundle.records] == [
        record_to_json(one) for one in sorted(held, key=lambda one: one.id)
    ]
    assert bundle.studies == [made.study(held)]
    assert bundle.manifest.challenges == challenged
    assert (bundle.author, bundle.manifest.note, bundle.manifest.thin) == ("Ada", "a note", False)
    assert bundle.statement_files == {"statements/s.json": b'{"verdict": "PASS"}'}
    assert bundle.files["costs/c.json"] == b"{}"
    assert {one.value: count for one, count in bundle.manifest.counts.outcomes.items()} == {
        "completed": 6,
        "diverged": 1,
    }


def test_folder_and_zip_are_one_bundle_and_equal_content_is_equal_bytes(tmp_path: Path) -> None:
    held = made.records()
    hashes = {
        open_bundle(write_bundle(made.content(order), tmp_path / name)).hash
        for order, name in ((held, "a"), (held[::-1], "b"), (held, "c.zip"), (held[::-1], "d.zip"))
    }
    assert len(hashes) == 1
    assert (tmp_path / "c.zip").read_bytes() == (tmp_path / "d.zip").read_bytes()


def test_the_table_is_derived_and_thinned_records_have_none(tmp_path: Path) -> None:
    import pandas

    write_bundle(made.content(made.records()), tmp_path / "whole")
    table = pandas.read_parquet(tmp_path / "whole" / "records.parquet")
    assert len(table) == 7
    thin = [thinned(one) for one in made.records()]
    bundle = open_bundle(write_bundle(made.content(thin, thin=True), tmp_path / "thin"))
    assert bundle.manifest.thin
    assert not (tmp_path / "thin" / "records.parquet").exists()


def test_what_compares_with_nothing_stands_in_no_bundle(tmp_path: Path) -> None:
    first, *rest = made.records()
    older = remade(first, lambda data: data["spec"].update(engine=1))
    with pytest.raises(
        BenchsuiteError, match="would hold records of engine 1 and version 1 of task 'my_digits_mlp' beside newer"
    ):
        write_bundle(made.content([older, *rest]), tmp_path / "bundle")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_bundle(made.content(made.records()), tmp_path / name)
    before = open_bundle(path).hash

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        BenchsuiteError, match=r"cannot write the bundle .*: No space left on device\. What was there is as it was"
    ):
        write_bundle(made.content(made.records(range(5))), path)
    monkeypatch.undo()
    assert open_bundle(path).hash == before
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_folder_takes_the_place_of_another(tmp_path: Path, exchanges: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exchanges:
        monkeypatch.setattr(exchange_room, "exchange", lambda *_: False)
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    put_in_place(tmp_path / "new", tmp_path / "old")
    assert [one.name for one in (tmp_path / "old").iterdir()] == ["new"]
    assert not (tmp_path / "new").exists() or [one.name for one in (tmp_path / "new").iterdir()] == ["old"]


def test_replacing_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    path = write_bundle(made.content(made.records(), files={"site/old.txt": b"x"}), tmp_path / "bundle")
    write_bundle(made.content(made.records(range(4))), path)
    assert len(open_bundle(path).records) == 9
    assert [one.name for one in tmp_path.iterdir()] == ["bundle"]


def test_a_writer_that_is_killed_leaves_the_old_one_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    path = write_bundle(made.content(made.records()), tmp_path / "bundle")
    before = open_bundle(path).hash
    script = (
        "import os, signal\nfrom pathlib import Path\nfrom benchsuite.bundle import writing\nfrom tests.bundle import made\n"
        "writing.put_in_place = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"writing.write_bundle(made.content(made.records(range(4))), Path({str(path)!r}))\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert open_bundle(path).hash == before
    assert len(list(tmp_path.iterdir())) == 2
    write_bundle(made.content(made.records(range(4))), path)
    assert [one.name for one in tmp_path.iterdir()] == ["bundle"]
    assert len(open_bundle(path).records) == 9


def test_what_was_put_aside_when_its_writer_was_killed_goes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_bundle(made.content(made.records()), tmp_path / "bundle")
    before = open_bundle(path).hash
    path.rename(tmp_path / f".bundle.{'0' * 16}.part.old")
    other = tmp_path / f".bundle.{'1' * 16}.part"
    other.mkdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BenchsuiteError, match="cannot write the bundle"):
        write_bundle(made.content(made.records()), path)
    assert open_bundle(path).hash == before
    assert not other.exists()


def test_a_checkout_of_a_branch_is_read_without_its_git_folder(tmp_path: Path) -> None:
    path = write_bundle(made.content(made.records()), tmp_path / "bundle")
    (path / ".git").mkdir()
    (path / ".git" / "HEAD").write_text("ref: refs/heads/gh-pages\n")
    assert len(open_bundle(path).records) == 7
    (path / "site").mkdir()
    (path / "site" / ".git").write_text("gitdir: elsewhere\n")
    with pytest.raises(BundleError, match=r"has a file 'site/\.git'"):
        open_bundle(path)


def test_a_manifest_is_read_without_any_other_file(tmp_path: Path) -> None:
    path = write_bundle(made.content(made.records()), tmp_path / "b.zip")
    manifest, hash = read_manifest(path)
    assert manifest.counts.records == 7
    assert hash == open_bundle(path).hash


def test_records_are_kept_as_they_are_in_a_zip_and_pages_are_packed(tmp_path: Path) -> None:
    path = write_bundle(made.content(made.records(), files={"site/index.html": b"<p>" * 1000}), tmp_path / "b.zip")
    with zipfile.ZipFile(path) as file:
        kinds = {one.filename: one.compress_type for one in file.infolist()}
    assert kinds["records.jsonl.xz"] == zipfile.ZIP_STORED
    assert kinds["site/index.html"] == zipfile.ZIP_DEFLATED


def test_lines_end_and_none_is_empty() -> None:
    assert list(split_lines([b"ab\nc", b"d\n"], 10, "lines")) == [b"ab", b"cd"]
    for pieces, said in (
        ([b"a\nb"], "does not end"),
        ([b"a\n\nb\n"], "empty line 2"),
        ([b"a\nb\nc\n"], "more than the 2 lines"),
    ):
        with pytest.raises(NotLines, match=said):
            list(split_lines(pieces, 2, "lines"))


def test_what_grows_too_much_is_no_longer_unpacked() -> None:
    taken: list[int] = []
    with pytest.raises(NotLines, match="would unpack"):
        taken.extend(len(piece) for piece in unpacked(lzma.compress(b"a" * (24 * 2**20), preset=0)))
    small = packed(b"line\n" * 100)
    for damaged, said in (
        (small[:-8], "ends too early"),
        (small[:30] + b"x" * 30, "no whole xz"),
        (small + b"more", "behind its end"),
    ):
        with pytest.raises(NotLines, match=said):
            list(unpacked(damaged))


def test_an_earlier_publication_whose_names_get_too_long_is_not_kept_in_pieces(tmp_path: Path) -> None:
    held = made.records()
    long = "/".join(["site", "a" * 107, "b" * 108, "c.txt"])
    place = write_bundle(made.content(held, files={long: b"x"}), tmp_path / "bundle")
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    now = rules_now(held[0].trial.engine)
    assert not published_before(place, now, {}).files  # of the same rules: it is replaced
    with pytest.raises(BenchsuiteError) as error:
        published_before(place, replace(now, protocol=now.protocol + 1), {})
    assert "cannot be kept below archive/: with it the publication has a file 'archive/engine" in str(error.value)
    assert "names have at most 240 letters" in str(error.value)
    assert "Nothing was written; publish to another place" in str(error.value)
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before
