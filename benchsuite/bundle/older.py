"""Earlier publications of one place: those of other rules stay below ``archive/``, since their scores compare with no newer ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchsuite.bundle.container import opened
from benchsuite.bundle.errors import BundleError, said
from benchsuite.bundle.manifest import MANIFEST, Manifest, NotAManifest, manifest_from_json, sha256
from benchsuite.bundle.names import wrong_names
from benchsuite.bundle.reading import OLDER, SITE, read_manifest
from benchsuite.errors import BenchsuiteError
from benchsuite.rules import RulesVersion


@dataclass(frozen=True)
class OlderBoard:
    """A publication of earlier rules.

    Args:
        name: Of its folder below ``archive/``; one that an earlier publication kept lies below that one's own ``archive/``.
        manifest: What it says of itself.
        hash: SHA-256 of its manifest.
    """

    name: str
    manifest: Manifest
    hash: str

    def for_page(self) -> dict[str, Any]:
        """Return what a page shows of it, as plain data; ``path`` is relative to the site."""
        rules = self.manifest.rules
        seen = next((name for name in (f"{SITE}index.html", "SUMMARY.md") if name in self.manifest.files), MANIFEST)
        return {
            "name": self.name,
            "engine": rules.engine,
            "protocol": rules.protocol,
            "record_format": rules.record_format,
            "tasks": dict(rules.tasks),
            "made": self.manifest.made,
            "author": self.manifest.author,
            "note": self.manifest.note,
            "records": self.manifest.counts.records,
            "hash": self.hash,
            "path": f"../{OLDER}{self.name}/{seen}",
        }


@dataclass(frozen=True)
class Before:
    """What was published at a place before.

    Args:
        manifest: What that says of itself; ``None`` where nothing was published.
        boards: Publications of rules that are not today's, oldest first.
        files: Name → content, of all files of these, below ``archive/``.
    """

    manifest: Manifest | None = None
    boards: tuple[OlderBoard, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


NOTHING = Before()


def refuse_foreign(path: Path, called: str = "") -> None:
    """Refuse a place where something lies that a publication would replace and that is none itself.

    Args:
        path: A folder, or a zip where it ends so; there need be none, and a folder may be empty.
        called: What errors call it; its path unless given.

    Raises:
        BenchsuiteError: If something else lies there.
    """
    if path.suffix.lower() == ".zip":
        if path.exists() or path.is_symlink():
            try:
                read_manifest(path)
            except BundleError as error:
                raise BenchsuiteError(
                    f"{called or path} is nothing that benchsuite published: it {error.reason}. Nothing was written; name "
                    "another file, or delete that one."
                ) from None
    elif path.is_dir() and any(path.iterdir()) and not (path / MANIFEST).is_file():
        raise BenchsuiteError(
            f"{called or path} holds files that benchsuite did not publish. Nothing was written; name another place, or an empty one."
        )


def published_before(path: Path, rules: RulesVersion, tasks: Mapping[str, int], called: str = "") -> Before:
    """Return what was published at a place, and of it what stays when something new is.

    A publication stays if its rules are others than the new ones, or the version of one of its tasks is: as a whole, with all
    that it keeps of earlier ones, so that it is a bundle on its own. One of the same rules is replaced, and what it keeps stays.

    Args:
        path: A folder; there need be none, or it may be empty.
        rules: Of what is published now.
        tasks: Name → version, likewise.
        called: What errors call it; its path unless given.

    Raises:
        BenchsuiteError: If something else lies there, or the publication is not whole, or its names get too long below
            another folder: nothing of it shall be lost.
    """
    if not path.is_dir() or not any(path.iterdir()):
        return NOTHING
    refuse_foreign(path, called)
    manifest, _ = read_manifest(path)
    files: dict[str, bytes] = {}
    differs = rules != manifest.rules.version or any(
        tasks.get(name, version) != version for name, version in manifest.rules.tasks.items()
    )
    name = manifest.rules.version.name  # no other lies there: all that it keeps moves with it
    with opened(path) as held:
        for file, one in manifest.files.items():
            if not (differs or file.startswith(OLDER)):
                continue
            content = held.read(file)
            if sha256(content) != one.sha256:
                raise BundleError(
                    path, f"has another file {said(file)!r} than its manifest says, and would be kept as it is"
                )
            files[f"{OLDER}{name}/{file}" if differs else file] = content
        if differs:
            files[f"{OLDER}{name}/{MANIFEST}"] = held.read(MANIFEST)
            files |= {f"{OLDER}{name}/{file}": held.read(file) for file in held.sizes if file.startswith("statements/")}
    if wrong := wrong_names(files):
        raise BenchsuiteError(
            f"{called or path} cannot be kept below {OLDER}: with it the publication {wrong}. Nothing was written; publish to "
            "another place, and leave this one as it is."
        )
    return Before(manifest, _boards(path, files), files)


def _boards(path: Path, files: Mapping[str, bytes]) -> tuple[OlderBoard, ...]:
    found = []
    for name, content in files.items():
        parts = name.split("/")
        if parts[-1] == MANIFEST and len(parts) % 2 and all(part == OLDER[:-1] for part in parts[:-1:2]):
            try:
                manifest = manifest_from_json(content)
            except NotAManifest as error:
                raise BundleError(
                    path, f"has an earlier publication {said(name)!r} that cannot be read: {error}"
                ) from None
            found.append(OlderBoard("/".join(parts[1:-1]), manifest, sha256(content)))
    return tuple(sorted(found, key=lambda one: (one.manifest.rules.version, one.manifest.made, one.name)))
