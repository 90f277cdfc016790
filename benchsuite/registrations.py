"""A registration: that a claim stood in a file of this very content at a certain time, ``results/registrations/NAME.json``.

Who registers before the trials exist cannot have chosen the claim by them. docs/reference/record-format.md describes the JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter

from benchsuite.record import Name
from benchsuite.versioned_json import of_format, to_json, validated

FORMAT = 1
MOST_EARLIER = 1_000

Hash = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{64}$")]
EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class RegisteredFile:
    """One content of a claim's file, and when it was registered.

    Args:
        file: Name of the file, without its folder.
        sha256: Of its bytes.
        fingerprint: Of the claim's code: comments aside.
        registered_at: UTC, ISO 8601.
    """

    file: Name
    sha256: Hash
    fingerprint: Name
    registered_at: Name


@dataclass(frozen=True)
class Registration:
    """What is registered of a claim.

    Args:
        name: Of the claim.
        latest: What it is now.
        earlier: What was registered before under the same name, the first first: nothing that was registered is forgotten.
    """

    name: Name
    latest: RegisteredFile
    earlier: Annotated[tuple[RegisteredFile, ...], Field(max_length=MOST_EARLIER)] = ()

    def again(self, entry: RegisteredFile) -> Registration:
        """Return it with another content on top."""
        return Registration(self.name, entry, (*self.earlier, self.latest))

    def to_json(self) -> bytes:
        """Return the content of its file."""
        return to_json({"format": FORMAT, **asdict(self)})


for _typed in (RegisteredFile, Registration):
    setattr(_typed, "__pydantic_config__", EXACT)  # noqa: B010  # a type checker knows of no such attribute
_registrations: TypeAdapter[Registration] = TypeAdapter(Registration)


def registration_from_json(content: bytes) -> Registration:
    """Read the content of a file of ``results/registrations``.

    Raises:
        NotARecord: If it is none; a newer format is told apart.
    """
    return validated(_registrations, of_format(content, FORMAT))
