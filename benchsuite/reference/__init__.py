"""The stored reference results that ship with benchsuite: tuned baselines that a selection is compared with at once.

They are a bundle like any other, made by ``benchsuite publish --thin``: in a checkout ``results/reference/reference.zip``, in
an installation the same file beside the packages.
"""

from benchsuite.reference.stored import Stored, load_reference, reference_file

__all__ = ["Stored", "load_reference", "reference_file"]
