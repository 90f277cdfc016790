"""What a component's numbers depend on, as one word: 16 hexadecimal digits for its plugin's code and all that this uses."""

from benchsuite.fingerprints.fingerprints import Fingerprints

__all__ = ["Fingerprints"]
