"""What a component's numbers depend on, as one word: 16 hexadecimal digits for its plugin's code and all that this uses."""

from benchsuite.fingerprints.fingerprints import Fingerprints
from benchsuite.fingerprints.source_files import SourceFiles, functions_of

__all__ = ["Fingerprints", "SourceFiles", "functions_of"]
