"""Plugins with one mistake each, as people make them, read from the text file of this name.

A section of it begins with ``=== name | kind | words of the cure``, and is the body of a plugin; the line that raises ends with
``# here``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HOOKS = {
    "optimizer": ("optimizers", "Optimizer", 'space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)}, '),
    "schedule": ("schedules", "Schedule", ""),
    "gradient_transform": ("gradient_transforms", "GradientTransform", ""),
    "initializer": ("initializers", "Initializer", ""),
    "regularization": ("regularizations", "Regularization", ""),
    "normalization": ("normalizations", "Normalization", 'applies_to=("dense",), replaces_bias=False, '),
    "activation": ("activations", "Activation", ""),
    "loss": ("losses", "Loss", 'targets="classes", '),
}
TASK = """    return [
        bs.Task(
            name="NAME", tier="quick", data=data, split=bs.HoldOut(0.6, 0.2, 0.2), model=model, loss="cross_entropy",
            primary="loss", targets=[0.3], batch_size=32, epochs=1, baseline={}, compares=["optimizer"], xla=False,
            summary="A mistake.", source="none", license="generated", citation="none",
        )
    ]
"""
DATA = """
def data():
    x = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
    return bs.Arrays(x, (x[:, 0] > 0).astype("int32"))
"""
MODEL = """
def model(blocks, inputs):
    return blocks.output(2)(inputs)
"""
IMPORTS = "import keras\nimport numpy as np\nimport tensorflow as tf\n\nimport benchsuite as bs"


@dataclass(frozen=True)
class Planted:
    """A plugin with a mistake."""

    name: str
    kind: str
    cure: str
    body: str

    @property
    def text(self) -> str:
        """The whole file."""
        if self.kind == "task":
            other = MODEL if "def data" in self.body else DATA
            body = f"{self.body.strip()}\n\n{other}\n\n@bs.hookimpl\ndef register_tasks():\n"
            return f"{IMPORTS}\n\n\n{body}{TASK.replace('NAME', self.name)}"
        hook, cls, fields = HOOKS[self.kind]
        register = f'    return [bs.{cls}(name="{self.name}", make=make, {fields}summary="A mistake.")]\n'
        return f"{IMPORTS}\n\n\n{self.body.strip()}\n\n\n@bs.hookimpl\ndef register_{hook}():\n{register}"

    @property
    def line(self) -> int:
        """Number of the line that raises; 0 if none is marked."""
        return next((number for number, line in enumerate(self.text.splitlines(), 1) if line.endswith("# here")), 0)


def _read() -> list[Planted]:
    found = []
    for section in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split("=== ")[1:]:
        head, body = section.split("\n", 1)
        name, kind, cure = head.split(" | ")
        found.append(Planted(name, kind, cure, body.replace("NAME", name)))
    return found


PLANTED = _read()
