"""Optimizers that fail, hang, leak and litter, one trouble each, and one without any: what a careless author might write.

``number`` is a word, which no program can be fed: each value of it is another program, for which ``make`` is called anew.
"""

import os
import subprocess
import tempfile
import threading
import time

import benchsuite as bs

MOST = 2_000
"""Values of ``number``."""
KEPT = []
"""What leaks stays here as long as the process."""


def well():
    """Do no harm."""


def raises():
    """Fail."""
    raise RuntimeError("there is no such thing")


def dies():
    """Take the process along."""
    os.abort()


def hangs():
    """Never come back."""
    while True:
        time.sleep(3600)


def leaks_memory():
    """Keep 8 MiB."""
    KEPT.append(bytearray(os.urandom(2**10)) * 2**13)


def leaks_descriptors():
    """Keep four files open."""
    KEPT.extend(os.open("/dev/null", os.O_RDONLY) for _ in range(4))


def leaks_threads():
    """Leave a thread that never ends."""
    threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()


def leaves_files():
    """Leave a megabyte among the temporary files."""
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(bytes(2**20))


def leaves_children():
    """Leave a child that sleeps."""
    KEPT.append(subprocess.Popen(["sleep", "1000000"]))


def prints():
    """Print two megabytes."""
    print("All work and no play. " * 100_000)


def _optimizer(trouble):
    name = trouble.__name__

    def make(learning_rate, number):
        import keras

        trouble()
        return keras.optimizers.SGD(learning_rate)

    return bs.Optimizer(
        name=name,
        make=make,
        space={
            "learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05),
            "number": bs.Choice([f"n{number}" for number in range(MOST)]),
        },
        summary=trouble.__doc__,
    )


TROUBLES = (
    well, raises, dies, hangs, leaks_memory, leaks_descriptors, leaks_threads, leaves_files, leaves_children, prints,
)  # fmt: skip


@bs.hookimpl
def register_optimizers():
    return [_optimizer(trouble) for trouble in TROUBLES]
