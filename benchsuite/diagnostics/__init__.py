"""What explains a training: pure functions on curves, probes and plain arrays, each of which gives a :class:`Diagnosis`.

Knows neither TensorFlow nor the engine. What needs a network gets its numbers from a specimen, in ``benchsuite.cli.diagnosed``.
"""

from benchsuite.diagnostics.diagnosis import Diagnosis

__all__ = ["Diagnosis"]
