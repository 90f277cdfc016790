"""A publication as a commit of a branch, made without touching the working tree, the index or what is checked out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchsuite.bundle.errors import MOST_FILES, BundleError, said
from benchsuite.bundle.names import wrong_names
from benchsuite.errors import BenchsuiteError

PLAIN = "100644"
"""The mode of a file that is neither a link nor executable."""


@dataclass(frozen=True)
class Branch:
    """A branch of the repository at hand.

    Args:
        folder: Of the repository.
        name: Of the branch.
        head: Its commit; empty where there is none yet.
    """

    folder: Path
    name: str
    head: str

    @classmethod
    def of(cls, folder: Path, name: str) -> Branch:
        """Find a branch, and whether it can be written.

        Args:
            folder: In the repository.
            name: Of the branch.

        Raises:
            BenchsuiteError: If there is no repository, the name is none of a branch, or it is checked out somewhere.
        """
        try:
            top = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
        except BenchsuiteError:
            raise BenchsuiteError(
                f"{folder} is in no git repository, so there is no branch {said(name)!r} to publish on. Publish with --to DIR instead."
            ) from None
        if name.startswith("-") or _fails(top, "check-ref-format", f"refs/heads/{name}"):
            raise BenchsuiteError(f"{said(name)!r} cannot be the name of a branch. Example: --branch gh-pages.")
        worktrees = _git(top, "worktree", "list", "--porcelain").decode()
        if f"branch refs/heads/{name}" in worktrees.splitlines():
            raise BenchsuiteError(
                f"the branch {name!r} is checked out, and a commit beneath what is checked out would look as if all was deleted. "
                "Check out another one first, or publish with --to DIR."
            )
        found = _fails(top, "rev-parse", "--verify", "--quiet", f"refs/heads/{name}^{{commit}}")
        head = "" if found else _git(top, "rev-parse", "--verify", f"refs/heads/{name}^{{commit}}").decode().strip()
        return cls(top, name, head)

    def unpack(self, folder: Path) -> None:
        """Write the files of the branch's last commit into an empty folder.

        Raises:
            BundleError: If it holds what no publication holds.
        """
        if not self.head:
            return
        where = f"branch {self.name}"
        entries = _git(self.folder, "ls-tree", "-r", "-z", self.head).split(b"\0")[:-1]
        if len(entries) > MOST_FILES:
            raise BundleError(where, f"has more than the {MOST_FILES:,} files that are read")
        held: dict[str, str] = {}
        for entry in entries:
            about, _, raw = entry.partition(b"\t")
            mode, kind, blob = about.decode().split()
            name = raw.decode(errors="backslashreplace")
            if mode != PLAIN or kind != "blob":
                raise BundleError(where, f"has something else than a plain file: {said(name)!r}")
            held[name] = blob
        if wrong := wrong_names(held):
            raise BundleError(where, wrong)
        contents = _git(
            self.folder, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in held.values()).encode()
        )
        at = 0
        for name in held:
            about = contents[at : contents.index(b"\n", at)]
            size = int(about.split()[2])
            at += len(about) + 1
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(contents[at : at + size])
            at += size + 1

    def commit(self, files: Mapping[str, bytes], message: str) -> str:
        """Commit files as all that the branch holds.

        Args:
            files: Name → content.
            message: Of the commit.

        Returns:
            The commit.

        Raises:
            BenchsuiteError: If git refuses, or somebody else wrote to the branch meanwhile; the branch is as it was.
        """
        who = _git(self.folder, "var", "GIT_COMMITTER_IDENT").strip()
        ref = f"refs/heads/{self.name}".encode()
        parts = [b"feature done\ncommit ", ref, b"\ncommitter ", who, b"\n", _data(message.encode())]
        if self.head:
            parts += [b"from ", self.head.encode(), b"\n"]
        parts.append(b"deleteall\n")
        for name, content in sorted(files.items()):
            parts += [f"M {PLAIN} inline {name}\n".encode(), _data(content)]
        _git(self.folder, "fast-import", "--quiet", given=b"".join([*parts, b"\ndone\n"]))
        return _git(self.folder, "rev-parse", "--verify", ref.decode()).decode().strip()


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _fails(folder: Path, *arguments: str) -> bool:
    try:
        _git(folder, *arguments)
    except BenchsuiteError:
        return True
    return False


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    # A git hook that calls benchsuite says by these where its own repository is.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _WHO}
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, check=False, env={**environment, "LC_ALL": "C"}
        )
    except OSError as error:
        raise BenchsuiteError(f"cannot run git: {error.strerror}. Install it, or publish with --to DIR.") from None
    if done.returncode:
        why = said(
            done.stderr.decode(errors="backslashreplace").strip().splitlines()[-1] if done.stderr.strip() else ""
        )
        raise BenchsuiteError(
            f"git {arguments[0]} failed in {folder}: {why or 'it did not say why'}. Nothing was published."
        )
    return done.stdout


_WHO = (*(f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")),)
