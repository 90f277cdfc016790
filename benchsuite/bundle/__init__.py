"""Bundles: results that others can check, in a folder or a zip. docs/reference/bundle-format.md describes them.

Importing this package is cheap; what writes a bundle is imported from :mod:`benchsuite.bundle.writing`'s names here when it
is first asked for.
"""

from typing import TYPE_CHECKING, Any

from benchsuite.bundle.errors import BundleError
from benchsuite.bundle.manifest import Manifest
from benchsuite.bundle.reading import Bundle, is_bundle, open_bundle, read_manifest

if TYPE_CHECKING:
    from benchsuite.bundle.writing import BundleContent, write_bundle

__all__ = [
    "Bundle",
    "BundleContent",
    "BundleError",
    "Manifest",
    "is_bundle",
    "open_bundle",
    "read_manifest",
    "write_bundle",
]


def __getattr__(name: str) -> Any:
    if name in ("BundleContent", "write_bundle"):
        from benchsuite.bundle import writing

        return getattr(writing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
