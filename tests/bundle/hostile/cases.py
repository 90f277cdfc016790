"""Bundles that somebody made to do harm: each is made from an honest one, and says why it must be refused.

A careful forger signs anew what was changed: ``signed`` does that, so that a hash is not what refuses all of them.
"""

from __future__ import annotations

import json
import lzma
import os
import pickle
import shutil
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.claims_made import claim

MANIFEST = "manifest.json"
RECORDS = "records.jsonl.xz"
STUDIES = "studies.jsonl"


@dataclass(frozen=True)
class Place:
    """Where a case is made.

    Args:
        honest: An honest bundle, as a folder: not to be changed.
        here: An empty folder of the case's own.
        outside: Another folder, where nothing may be written.
    """

    honest: Path
    here: Path
    outside: Path

    def folder(self) -> Path:
        """Return a copy of the honest bundle."""
        return Path(shutil.copytree(self.honest, self.here / "bundle"))

    def zip(self, folder: Path | None = None) -> Path:
        """Return a zip of a folder; of the honest bundle unless given."""
        folder = folder or self.honest
        path = self.here / "bundle.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for one in sorted(folder.rglob("*")):
                if one.is_file():
                    file.write(one, one.relative_to(folder).as_posix())
        return path

    def with_entry(self, name: str, content: bytes = b"x", **fields: Any) -> Path:
        """Return a zip of the honest bundle with one more entry."""
        path = self.zip()
        with zipfile.ZipFile(path, "a") as file:
            entry = zipfile.ZipInfo(name)
            for key, value in fields.items():
                setattr(entry, key, value)
            file.writestr(entry, content)
        return path


Make = Callable[[Place], Path]
CASES: dict[str, tuple[Make, str]] = {}
"""Name → what makes the bundle, and a part of the reason for which it must be refused."""


def case(reason: str) -> Callable[[Make], Make]:
    def kept(make: Make) -> Make:
        CASES[make.__name__] = make, reason
        return make

    return kept


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    return found


def put(folder: Path, data: Any) -> Path:
    (folder / MANIFEST).write_text(json.dumps(data))
    return folder


def signed(folder: Path) -> Path:
    """Write the hashes of what is there into the manifest."""
    data = manifest_of(folder)
    held = {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    held.pop(MANIFEST)
    data["files"] = {
        name: {"sha256": sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in held.items()
        if not name.startswith("statements/")
    }
    return put(folder, data)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lzma.decompress((folder / RECORDS).read_bytes()).splitlines()]


def with_records(folder: Path, content: bytes) -> Path:
    (folder / RECORDS).write_bytes(lzma.compress(content))
    return signed(folder)


def with_lines(folder: Path, held: list[dict[str, Any]]) -> Path:
    return with_records(folder, b"".join(json.dumps(one).encode() + b"\n" for one in held))


class Payload:
    """Something that creates a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (os.mkdir, (str(self.path),))


# Names in a zip.


@case("may not lead out of it")
def zip_with_dots(place: Place) -> Path:
    return place.with_entry("../outside.txt")


@case("may not lead out of it")
def zip_with_dots_within(place: Place) -> Path:
    return place.with_entry("site/../../outside.txt")


@case("an absolute path")
def zip_with_absolute_name(place: Place) -> Path:
    return place.with_entry(f"{place.outside}/outside.txt")


@case("backslash or colon")
def zip_with_drive(place: Place) -> Path:
    return place.with_entry("C:/outside.txt")


@case("backslash or colon")
def zip_with_backslashes(place: Place) -> Path:
    return place.with_entry("..\\outside.txt")


@case("backslash or colon")
def zip_with_stream(place: Place) -> Path:
    return place.with_entry("manifest.json:hidden")


@case("name of a device")
def zip_with_device_name(place: Place) -> Path:
    return place.with_entry("site/NUL.txt")


@case("plain letters")
def zip_with_control_character(place: Place) -> Path:
    return place.with_entry("site/\x1b[2Jgone.txt")


@case("plain letters")
def zip_with_turned_text(place: Place) -> Path:
    return place.with_entry("site/\u202egpj.exe")


@case("plain letters")
def zip_with_script_in_name(place: Place) -> Path:
    return place.with_entry("site/<script>alert(1)<script>")


@case("plain letters")
def zip_with_latex_in_name(place: Place) -> Path:
    return place.with_entry("site/$input{etc}$")


@case("plain letters")
def zip_with_hidden_name(place: Place) -> Path:
    return place.with_entry(".git/hooks/pre-commit")


@case("plain letters")
def zip_with_dot_at_the_end(place: Place) -> Path:
    return place.with_entry("manifest.json.")


@case("letters that no name may have")
def zip_with_nul(place: Place) -> Path:
    path = place.with_entry("site/a_b.txt")
    path.write_bytes(path.read_bytes().replace(b"site/a_b.txt", b"site/a\0b.txt"))
    return path


@case("at most 240 letters")
def zip_with_long_name(place: Place) -> Path:
    return place.with_entry("site/" + "/".join(["a" * 100] * 3))


@case("at most 240 letters")
def zip_with_deep_name(place: Place) -> Path:
    return place.with_entry("/".join("a" * 20))


@case("a part of the name is empty")
def zip_with_empty_part(place: Place) -> Path:
    return place.with_entry("site//index.html")


@case("the same on many systems")
def zip_with_clashing_case(place: Place) -> Path:
    return place.with_entry("MANIFEST.JSON")


@case("twice")
def zip_with_manifest_twice(place: Place) -> Path:
    path = place.zip()
    with zipfile.ZipFile(path, "a") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file.writestr(MANIFEST, "{}")
    return path


@case("as a file and as a folder")
def zip_with_file_and_folder(place: Place) -> Path:
    return place.with_entry("manifest.json/inner.txt")


# What lies in a zip.


@case("a link where a file must be")
def zip_with_link(place: Place) -> Path:
    return place.with_entry("site/link", b"/etc/passwd", create_system=3, external_attr=0o120777 << 16)


@case("no file where a file must be")
def zip_with_device(place: Place) -> Path:
    return place.with_entry("site/device", b"", create_system=3, external_attr=0o020666 << 16)


@case("encrypted")
def zip_with_encryption(place: Place) -> Path:
    path = place.zip()
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(bytes(content))
    return path


@case("packed by method")
def zip_with_other_packing(place: Place) -> Path:
    return place.with_entry("site/packed.txt", b"x" * 100, compress_type=zipfile.ZIP_BZIP2)


@case("no bundle is packed so tightly")
def zip_bomb(place: Place) -> Path:
    path = place.zip()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("site/zeros", bytes(40 * 2**20))
    return path


@case("more than the")
def zip_that_says_gigabytes(place: Place) -> Path:
    path = place.with_entry("site/large.txt", b"x" * 50)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"site/large.txt") - 46
    content[at + 24 : at + 28] = struct.pack("<I", 0xF0000000)
    path.write_bytes(bytes(content))
    return path


@case("has a file that")
def zip_whose_sizes_lie(place: Place) -> Path:
    """A file that says, in the zip and in the manifest, that it is smaller than what comes out of it."""
    folder = place.folder()
    data = manifest_of(folder)
    data["files"][STUDIES]["bytes"] = 10
    path = place.zip(put(folder, data))
    content = bytearray(path.read_bytes())
    at = content.rindex(STUDIES.encode()) - 46
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(bytes(content))
    return path


@case("overlap")
def zip_whose_entries_overlap(place: Place) -> Path:
    path = place.with_entry("site/second.txt", b"x" * 50)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"site/second.txt") - 46
    content[at + 42 : at + 46] = struct.pack("<I", 0)
    path.write_bytes(bytes(content))
    return path


@case("bytes before its first file")
def zip_behind_a_program(place: Place) -> Path:
    path = place.zip()
    path.write_bytes(b"#!/bin/sh\ntouch outside\n" + path.read_bytes())
    return path


@case("no whole zip")
def zip_that_ends_early(place: Place) -> Path:
    path = place.zip()
    path.write_bytes(path.read_bytes()[:-60])
    return path


@case("no whole zip")
def zip_that_is_none(place: Place) -> Path:
    path = place.here / "bundle.zip"
    path.write_bytes(b"PK\x03\x04" + os.urandom(200))
    return path


@case("cannot be unpacked")
def zip_with_wrong_checksum(place: Place) -> Path:
    path = place.zip()
    with zipfile.ZipFile(path) as file:
        at = file.getinfo(MANIFEST).header_offset
    content = bytearray(path.read_bytes())
    content[at + 30 + len(MANIFEST) + 40] ^= 0xFF
    path.write_bytes(bytes(content))
    return path


@case("has no manifest.json")
def zip_in_a_zip(place: Place) -> Path:
    inner = place.zip()
    path = place.here / "outer.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.write(inner, "bundle.zip")
    return path


# What lies in a folder.


@case("a link where a file must be")
def folder_with_link_to_file(place: Place) -> Path:
    folder = place.folder()
    os.symlink("/etc/passwd", folder / "requirements.txt")
    return folder


@case("a link where a file must be")
def folder_with_link_to_folder(place: Place) -> Path:
    folder = place.folder()
    os.symlink(place.outside, folder / "site")
    return folder


@case("a link where a file must be")
def folder_whose_records_are_a_link(place: Place) -> Path:
    folder = place.folder()
    os.replace(folder / RECORDS, place.here / "elsewhere.xz")
    os.symlink(place.here / "elsewhere.xz", folder / RECORDS)
    return folder


@case("hard link")
def folder_with_hard_link(place: Place) -> Path:
    folder = place.folder()
    (place.here / "secret.txt").write_text("x")
    os.link(place.here / "secret.txt", folder / "README.txt")
    return folder


@case("a pipe, socket or device")
def folder_with_pipe(place: Place) -> Path:
    folder = place.folder()
    os.mkfifo(folder / "README.txt")
    return folder


@case("a folder or a zip")
def pipe_in_place_of_a_bundle(place: Place) -> Path:
    os.mkfifo(place.here / "bundle.zip")
    return place.here / "bundle.zip"


@case("does not name")
def folder_with_one_file_more(place: Place) -> Path:
    folder = place.folder()
    (folder / "more.txt").write_text("x")
    return folder


@case("which its manifest names")
def folder_with_one_file_less(place: Place) -> Path:
    folder = place.folder()
    (folder / STUDIES).unlink()
    return folder


@case("too deep")
def folder_without_end(place: Place) -> Path:
    folder = place.folder()
    (folder / "/".join("a" * 80)).mkdir(parents=True)
    (folder / "/".join("a" * 80) / "x").write_text("x")
    return folder


# Hashes and sizes.


@case("another file")
def changed_file(place: Place) -> Path:
    folder = place.folder()
    content = bytearray((folder / STUDIES).read_bytes())
    content[20] ^= 1
    (folder / STUDIES).write_bytes(content)
    return folder


@case("not the")
def longer_file(place: Place) -> Path:
    folder = place.folder()
    with (folder / STUDIES).open("ab") as file:
        file.write(b"\n")
    return folder


@case("another file")
def swapped_files(place: Place) -> Path:
    folder = place.folder()
    data = manifest_of(folder)
    one, other = data["files"][RECORDS], data["files"][STUDIES]
    one["sha256"], other["sha256"] = other["sha256"], one["sha256"]
    return put(folder, data)


@case("does not follow the format")
def hash_that_is_none(place: Place) -> Path:
    folder = place.folder()
    data = manifest_of(folder)
    data["files"][RECORDS]["sha256"] = "0" * 63 + "g"
    return put(folder, data)


# The manifest.


@case("Upgrade benchsuite")
def newer_format(place: Place) -> Path:
    folder = place.folder()
    return put(folder, {**manifest_of(folder), "format": 99})


@case("whose format is")
def format_that_is_true(place: Place) -> Path:
    folder = place.folder()
    return put(folder, {**manifest_of(folder), "format": True})


@case("does not follow the format")
def unknown_key(place: Place) -> Path:
    folder = place.folder()
    return put(folder, {**manifest_of(folder), "__class__": "os.system"})


@case("digits")
def huge_number(place: Place) -> Path:
    folder = place.folder()
    text = (folder / MANIFEST).read_text().replace('"records": ', '"records": 1' + "0" * 5000, 1)
    (folder / MANIFEST).write_text(text)
    return folder


@case("does not follow the format")
def not_a_number(place: Place) -> Path:
    folder = place.folder()
    text = (folder / MANIFEST).read_text().replace('"records": ', '"records": NaN, "x": ', 1)
    (folder / MANIFEST).write_text(text)
    return folder


@case("twice in one object")
def key_twice(place: Place) -> Path:
    folder = place.folder()
    text = (folder / MANIFEST).read_text()
    (folder / MANIFEST).write_text('{"author": "somebody", ' + text[1:])
    return folder


@case("does not follow the format")
def nested_without_end(place: Place) -> Path:
    folder = place.folder()
    (folder / MANIFEST).write_text("[" * 100_000)
    return folder


@case("does not follow the format")
def no_text(place: Place) -> Path:
    folder = place.folder()
    (folder / MANIFEST).write_bytes(b'{"format": 1, "author": "\xff\xfe"}')
    return folder


@case("lone surrogate")
def lone_surrogate(place: Place) -> Path:
    folder = place.folder()
    return put(folder, {**manifest_of(folder), "author": "\ud800"})


@case("does not follow the format")
def author_who_steers_the_terminal(place: Place) -> Path:
    folder = place.folder()
    return put(folder, {**manifest_of(folder), "author": "\x1b]0;gone\x07"})


@case("may not lead out of it")
def manifest_that_names_what_is_outside(place: Place) -> Path:
    folder = place.folder()
    data = manifest_of(folder)
    data["files"]["../outside.txt"] = {"sha256": "0" * 64, "bytes": 1}
    return put(folder, data)


@case("cannot be named by the manifest")
def manifest_that_names_itself(place: Place) -> Path:
    folder = place.folder()
    data = manifest_of(folder)
    data["files"][MANIFEST] = {"sha256": "0" * 64, "bytes": 1}
    return put(folder, data)


@case("counts")
def counts_that_lie(place: Place) -> Path:
    folder = place.folder()
    data = manifest_of(folder)
    data["counts"]["records"] += 1
    data["counts"]["outcomes"]["completed"] += 1
    return put(folder, data)


@case("engine")
def rules_that_lie(place: Place) -> Path:
    folder = place.folder()
    data = manifest_of(folder)
    data["rules"]["engine"] = 77
    return put(folder, data)


@case("at most")
def endless_note(place: Place) -> Path:
    folder = place.folder()
    (folder / MANIFEST).write_bytes(b" " * (17 * 2**20))
    return folder


# Records.


@case("holds another spec")
def record_under_another_id(place: Place) -> Path:
    folder = place.folder()
    held = lines(folder)
    held[0]["spec"]["seed"] += 1
    return with_lines(folder, held)


@case("twice")
def record_twice(place: Place) -> Path:
    folder = place.folder()
    held = lines(folder)
    return with_lines(folder, [held[0], *held])


@case("the curves say otherwise")
def record_that_contradicts_itself(place: Place) -> Path:
    folder = place.folder()
    held = lines(folder)
    one = next(one for one in held if one["outcome"] == "completed")
    one["results"]["final"][f"test_{one['task']['primary']}"] = 0.999
    return with_lines(folder, held)


@case("records.jsonl.xz that cannot be read")
def record_with_infinity(place: Place) -> Path:
    folder = place.folder()
    held = lines(folder)
    held[0]["costs"]["wall_seconds"] = float("inf")
    return with_lines(folder, held)


@case("records.jsonl.xz that cannot be read")
def record_with_a_number_beyond_all(place: Place) -> Path:
    folder = place.folder()
    text = lzma.decompress((folder / RECORDS).read_bytes())
    return with_records(folder, text.replace(b'"wall_seconds":', b'"wall_seconds":1e999,"x":', 1))


@case("records.jsonl.xz that cannot be read")
def record_with_a_whole_number_beyond_all(place: Place) -> Path:
    folder = place.folder()
    text = lzma.decompress((folder / RECORDS).read_bytes())
    return with_records(folder, text.replace(b'"epochs":', b'"epochs":1' + b"0" * 400 + b',"x":', 1))


@case("records.jsonl.xz that cannot be read")
def record_whose_name_steers_the_terminal(place: Place) -> Path:
    folder = place.folder()
    held = lines(folder)
    held[0]["environment"]["processor"] = "\x1b[31mred"
    return with_lines(folder, held)


@case("Upgrade benchsuite")
def record_of_a_newer_format(place: Place) -> Path:
    folder = place.folder()
    held = lines(folder)
    held[0]["format"] = 99
    return with_lines(folder, held)


@case("more than")
def records_that_are_a_bomb(place: Place) -> Path:
    folder = place.folder()
    packed = lzma.LZMACompressor(preset=0)
    parts = [packed.compress(bytes(2**20)) for _ in range(40)]
    (folder / RECORDS).write_bytes(b"".join(parts) + packed.flush())
    return signed(folder)


@case("no whole xz")
def records_that_are_no_xz(place: Place) -> Path:
    folder = place.folder()
    (folder / RECORDS).write_bytes(zlib.compress(b"x" * 1000))
    return signed(folder)


@case("something behind its end")
def records_with_something_behind(place: Place) -> Path:
    folder = place.folder()
    with (folder / RECORDS).open("ab") as file:
        file.write(b"PK\x03\x04")
    return signed(folder)


@case("does not end with the end of a line")
def records_that_end_early(place: Place) -> Path:
    folder = place.folder()
    return with_records(folder, lzma.decompress((folder / RECORDS).read_bytes())[:-1])


@case("records.jsonl.xz that cannot be read")
def records_that_are_pickled(place: Place) -> Path:
    folder = place.folder()
    return with_records(folder, pickle.dumps(Payload(place.outside / "unpickled")) + b"\n")


@case("has no records.jsonl.xz")
def no_records(place: Place) -> Path:
    folder = place.folder()
    (folder / RECORDS).unlink()
    return signed(folder)


# Searches, studies, statements.


@case("studies.jsonl that cannot be read")
def study_under_another_id(place: Place) -> Path:
    folder = place.folder()
    study = json.loads((folder / STUDIES).read_text())
    (folder / STUDIES).write_text(json.dumps({**study, "planned": study["planned"][:-1]}) + "\n")
    return signed(folder)


@case("twice in one object")
def study_with_a_key_twice(place: Place) -> Path:
    folder = place.folder()
    text = (folder / STUDIES).read_text()
    (folder / STUDIES).write_text('{"verb":"run",' + text[1:])
    return signed(folder)


@case("has a statement")
def statement_that_is_none(place: Place) -> Path:
    folder = place.folder()
    (folder / "statements").mkdir()
    (folder / "statements" / "a.json").write_text('{"verdict": PASS}')
    return folder


@case("does not name")
def statement_that_is_a_page(place: Place) -> Path:
    folder = place.folder()
    (folder / "statements").mkdir()
    (folder / "statements" / "a.html").write_text("<script>alert(1)</script>")
    return folder


# Files that no bundle has, named by its manifest with the right hash.


def with_file(place: Place, name: str, content: bytes) -> Path:
    folder = place.folder()
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return signed(folder)


@case("has a file 'records.pkl' that no bundle has: beside .nojekyll, README.md")
def a_pickle_beside_the_records(place: Place) -> Path:
    return with_file(place, "records.pkl", pickle.dumps(Payload(place.outside / "unpickled")))


@case("has a file 'site/data/model.pickle' that no bundle has: in site/ names end with .html")
def a_pickle_in_the_site(place: Place) -> Path:
    return with_file(place, "site/data/model.pickle", pickle.dumps(Payload(place.outside / "unpickled")))


@case("has a file 'costs/weights.npz' that no bundle has: in costs/ names end with .json")
def arrays_that_are_pickled(place: Place) -> Path:
    import numpy as np

    path = place.here / "weights.npz"
    np.savez(path, np.array([Payload(place.outside / "unpickled")], dtype=object))
    return with_file(place, "costs/weights.npz", path.read_bytes())


@case("has a file 'archive/engine1-protocol1-format1/records.pkl' that no bundle has")
def a_pickle_in_an_earlier_publication(place: Place) -> Path:
    return with_file(place, "archive/engine1-protocol1-format1/records.pkl", b"x")


@case("has a file 'plugins/native.so' that no bundle has: in plugins/ names end with .py")
def a_library_among_the_sources(place: Place) -> Path:
    return with_file(place, "plugins/native.so", b"\x7fELF")


@case("has a file 'setup.py' that no bundle has")
def a_script_that_pip_would_run(place: Place) -> Path:
    return with_file(place, "setup.py", b"import os\n")


# Claims.


def of_format_2(folder: Path) -> Path:
    return put(folder, {**manifest_of(folder), "format": 2})


@case("in which no bundle has claims")
def claims_in_a_bundle_of_format_1(place: Place) -> Path:
    return with_file(place, "claims/dropout_helps.json", claim().to_json())


def with_claim(place: Place, name: str, change: Callable[[dict[str, Any]], object] = lambda _: None) -> Path:
    """Return the honest bundle with a verdict under some name, after something was changed in it."""
    data = json.loads(claim().to_json())
    change(data)
    return of_format_2(with_file(place, name, json.dumps(data).encode()))


@case("holds something else than its name says")
def claim_under_the_name_of_another(place: Place) -> Path:
    return with_claim(place, "claims/other.json")


@case("holds something else than its name says")
def claim_whose_name_is_none(place: Place) -> Path:
    return with_claim(place, "claims/Evil-Claim.json", lambda data: data.update(name="Evil-Claim"))


@case("is not whole JSON")
def claim_with_a_number_that_is_none(place: Place) -> Path:
    return with_claim(place, "claims/dropout_helps.json", lambda data: data["parts"][0].update(estimate=float("nan")))


@case("does not follow the format: word")
def claim_with_a_word_of_its_own(place: Place) -> Path:
    return with_claim(place, "claims/dropout_helps.json", lambda data: data.update(word="holds always"))


@case("does not follow the format: name")
def claim_whose_name_steers_a_terminal(place: Place) -> Path:
    return with_claim(place, "claims/dropout_helps.json", lambda data: data.update(name="\x1b[2J"))


@case("has format 2")
def claim_of_a_newer_format(place: Place) -> Path:
    return with_claim(place, "claims/dropout_helps.json", lambda data: data.update(format=2))


@case("twice in one object")
def claim_with_a_key_twice(place: Place) -> Path:
    content = claim().to_json().replace(b'"quick": false', b'"quick": false, "quick": true')
    return of_format_2(with_file(place, "claims/dropout_helps.json", content))


@case("has a file 'claims/evil.py' that no bundle has: in claims/ names end with .json")
def code_among_the_claims(place: Place) -> Path:
    return with_file(place, "claims/evil.py", b"import os\n")


@case("does not follow the format")
def registration_without_a_hash(place: Place) -> Path:
    held = {"format": 1, "name": "a", "latest": {"file": "a.py", "fingerprint": "", "registered_at": ""}, "earlier": []}
    return of_format_2(with_file(place, "registrations/a.json", json.dumps(held).encode()))


@case("holds something else than its name says")
def computed_numbers_of_another_part(place: Place) -> Path:
    held = {
        "format": 1, "claim": "a", "part": "b", "fingerprint": "", "components": {}, "numerics": "", "numbers": {},
    }  # fmt: skip
    return of_format_2(with_file(place, "computed/a.c.json", json.dumps(held).encode()))


@case("must have origin, author and verdict")
def disputed_claim_without_an_origin(place: Place) -> Path:
    return of_format_2(with_file(place, "disputed_claims/a/0000000000000000.json", b'{"format": 1, "verdict": {}}'))


# Accepted, since nothing of it is ever read: what must not happen is that somebody runs it.


def parquet_that_is_pickled(place: Place) -> Path:
    """A table whose metadata and content hold a pickle: it is derived, and nobody reads it."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    folder = place.folder()
    payload = pickle.dumps(Payload(place.outside / "unpickled"))
    table = arrow.table({"id": ["a"], "held": [payload]}).replace_schema_metadata(
        {b"pandas": payload, b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": payload}
    )
    parquet.write_table(table, folder / "records.parquet")
    return signed(folder)


def a_source_that_does_harm(place: Place) -> Path:
    """A plugin, which somebody may import who read it: whoever opens the bundle does not."""
    folder = place.folder()
    (folder / "plugins").mkdir(exist_ok=True)
    (folder / "plugins" / "evil.py").write_text(f"import os\nos.mkdir({str(place.outside / 'imported')!r})\n")
    return signed(folder)


HARMLESS: dict[str, Make] = {one.__name__: one for one in (parquet_that_is_pickled, a_source_that_does_harm)}
"""Name → what makes a bundle that is read, and of which the harmful part must not be."""
