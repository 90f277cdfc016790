"""Publishing: records, site, summary and all else that others need, as one bundle in a folder, a zip or a branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchsuite.bundle.environment import environment_json, requirements
from benchsuite.bundle.errors import LARGEST_FILE
from benchsuite.bundle.git_branch import Branch
from benchsuite.bundle.names import NO_JEKYLL, wrong_name
from benchsuite.bundle.older import NOTHING, Before, published_before, refuse_foreign
from benchsuite.bundle.places import stranger
from benchsuite.bundle.reading import SITE
from benchsuite.bundle.summary import Signed, dataset_card, root_page, summary
from benchsuite.bundle.writing import BundleContent, bundle_files, write_bundle
from benchsuite.claim_verdicts import ClaimVerdict
from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.rules import RulesVersion, newest_rules, rules_now
from benchsuite.scratch import scratch

OWN_LIST = "site.json"
"""By which a report knows what it made: of no use where nothing is made again."""


@dataclass(frozen=True)
class Destination:
    """Where something is published: one of the three.

    Args:
        folder: A folder.
        zip: A zip.
        branch: A branch of the repository at hand.
    """

    folder: Path | None = None
    zip: Path | None = None
    branch: Branch | None = None

    def before(self, rules: RulesVersion, tasks: Mapping[str, int]) -> Before:
        """Return what was published there before, and what of it stays; see :func:`published_before`."""
        if self.folder is not None:
            return published_before(self.folder, rules, tasks)
        if self.branch is not None and self.branch.head:
            with scratch() as folder:
                self.branch.unpack(folder)
                return published_before(folder, rules, tasks, f"the branch {self.branch.name!r}")
        if self.zip is not None:
            refuse_foreign(self.zip)
        return NOTHING

    def put(self, content: BundleContent) -> str:
        """Put a bundle there, whole or not at all; return where it is, in words."""
        if self.branch is not None:
            files = bundle_files(content, Path(f"branch {self.branch.name}"))
            commit = self.branch.commit(files, f"Results of {content.made[:10]}\n\n{' '.join(content.command)}\n")
            return f"branch {self.branch.name}, commit {commit[:12]}"
        path = self.folder or self.zip
        assert path is not None
        refuse_foreign(path)  # somebody may have put something there meanwhile
        return str(write_bundle(content, path))


def comparable(records: Sequence[Record]) -> tuple[list[Record], list[Record], RulesVersion, dict[str, int]]:
    """Return the records of the newest engine and task versions, all others, and the rules of the first.

    Args:
        records: Any.
    """
    engine, tasks = newest_rules(records)
    kept: list[Record] = []
    left: list[Record] = []
    for record in records:
        alike = record.trial.engine == engine and record.trial.task_version == tasks.get(record.trial.task)
        (kept if alike else left).append(record)
    return kept, left, rules_now(engine), tasks


def with_pages(
    content: BundleContent, contents: Contents, site: Path | None, before: Before, claims: Sequence[ClaimVerdict] = ()
) -> BundleContent:
    """Return a bundle's content with everything that readers see: site, summary, card, environment and lock.

    Args:
        content: With its records.
        contents: What the site shows.
        site: The folder of the site; ``None`` to leave it out.
        before: What was published at that place before.
        claims: The verdicts on claims that the site shows.
    """
    _, _, rules, _ = comparable(content.records)
    signed = Signed(content.author, content.note, content.made, rules, site is not None, not content.thin)
    pages = {}
    if site is not None:
        pages = {f"{SITE}{name}": held for name, held in site_files(site).items()}
        pages["index.html"] = root_page(f"Results of benchsuite, {content.made[:10]}")
    files = {
        **before.files,
        **pages,
        NO_JEKYLL: b"",
        "SUMMARY.md": summary(contents, content.records, signed, claims),
        "README.md": dataset_card(content.records, signed),
        "environment.json": environment_json(content.records),
        "requirements.txt": requirements(content.records),
    }
    return replace(content, files={**files, **content.files})


def site_files(site: Path) -> dict[str, bytes]:
    """Return name → content of the files of a site; what no bundle may hold, such as a mark of its own, is left out.

    Args:
        site: Its folder.
    """
    found = {}
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        hidden = name == OWN_LIST or any(part.startswith(".") for part in name.split("/"))
        if path.is_symlink() or not path.is_file() or hidden or _unfit(name) or path.stat().st_size > LARGEST_FILE:
            continue
        found[name] = path.read_bytes()
    return found


def _unfit(name: str) -> str:
    return wrong_name(name) or stranger(f"{SITE}{name}")
