"""Run the same trials in hostile surroundings and compare the curves bit for bit: ``make environments``.

Prints a table in Markdown and ends with 1 if a number differs. ``--only NAME`` runs one of the surroundings,
``--together`` several at once, ``--quick`` fewer trials; ``--python`` and ``--from`` run another installation or working
tree, to see what its users had.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

Study = tuple[str, ...]

# Dense, convolutional and recurrent networks, under XLA and as graphs, with what draws random numbers, what NumPy's BLAS
# computes (pca, zca_whiten, orthogonal) and what decomposes matrices on the way (muon).
STUDIES: tuple[Study, ...] = (
    ("--task", "digits_mlp,digits_cnn,digits_rows_gru,diamonds_mlp,noisy_quadratic", "--baselines",
     "--initializer", "orthogonal,xavier_uniform", "--preprocessing", "pca,zca_whiten", "--regularization", "dropout,l2,mixup",
     "--normalization", "layer,batch", "--optimizer", "muon,sophia", "--activation", "gelu"),
    ("--task", "mnist1d_cnn,kjv_lstm,kjv_transformer,wine_softmax", "--baselines", "--epochs", "1"),
)  # fmt: skip
QUICK: tuple[Study, ...] = (
    ("--task", "digits_mlp,digits_cnn", "--baselines", "--regularization", "dropout", "--preprocessing", "pca_whiten",
     "--initializer", "orthogonal", "--epochs", "2"),
    ("--task", "kjv_lstm", "--regularization", "l2", "--epochs", "1"),
)  # fmt: skip
FEW: tuple[Study, ...] = (
    ("--task", "digits_mlp,digits_cnn", "--regularization", "dropout", "--preprocessing", "pca_whiten", "--epochs", "1"),
)  # fmt: skip
"""For the suite: XLA and a graph; products, convolutions, decompositions by NumPy and what draws random numbers."""


@dataclass(frozen=True)
class Surroundings:
    """What a user's shell and home folder may hold.

    Args:
        variables: Environment variables.
        keras: The content of ``keras.json``.
        workers: Number of worker processes.
        umask: For new files.
        load: How many other processes compute at the same time.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    keras: str = ""
    workers: int = 2
    umask: int = 0o022
    load: int = 0


CHANNELS_FIRST = json.dumps(
    {"floatx": "float64", "epsilon": 0.001, "backend": "jax", "image_data_format": "channels_first"}
)

HOSTILE = {
    "oneDNN off": Surroundings({"TF_ENABLE_ONEDNN_OPTS": "0"}),
    "XLA_FLAGS, fast mathematics": Surroundings(
        {"XLA_FLAGS": "--xla_cpu_enable_fast_math=true --xla_cpu_fast_math_honor_nans=false"}
    ),
    "XLA_FLAGS that XLA does not know": Surroundings({"XLA_FLAGS": "--no_such_flag=1", "TF_XLA_FLAGS": "--nor_this=1"}),
    "XLA_FLAGS, no optimization": Surroundings({"XLA_FLAGS": "--xla_backend_optimization_level=0"}),
    "XLA_FLAGS, AVX only": Surroundings({"XLA_FLAGS": "--xla_cpu_max_isa=AVX"}),
    "TF_XLA_FLAGS, everything by XLA": Surroundings({"TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"}),
    "keras.json, channels first": Surroundings(keras=CHANNELS_FIRST),
    "keras.json that Keras refuses": Surroundings(keras='{"floatx": "float8"}'),
    "oneDNN's own switches": Surroundings(
        {"ONEDNN_MAX_CPU_ISA": "SSE41", "DNNL_MAX_CPU_ISA": "SSE41", "ONEDNN_DEFAULT_FPMATH_MODE": "BF16"}
    ),
    "NumPy's and OpenBLAS' switches": Surroundings(
        {"NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3", "OPENBLAS_NUM_THREADS": "4", "OPENBLAS_VERBOSE": "2"}
    ),
    "threads": Surroundings(
        {"OMP_NUM_THREADS": "4", "TF_NUM_INTRAOP_THREADS": "4", "TF_NUM_INTEROP_THREADS": "4", "MKL_NUM_THREADS": "4"}
    ),
    "LC_ALL=C, time zone, hash seed, umask": Surroundings(
        {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "1"}, umask=0o077
    ),
    "warnings are errors, no UTF-8": Surroundings(
        # The terminal's encoding is another matter; here files must be read as what they are.
        {"PYTHONWARNINGS": "error", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}
    ),
    "a loaded machine, 3 workers": Surroundings(workers=3, load=2),
    "1 worker": Surroundings(workers=1),
}  # fmt: skip


def together() -> dict[str, Surroundings]:
    """Return all of them in as few as possible: whatever does not exclude each other at once. For when all should be equal."""
    found: list[tuple[list[str], Surroundings]] = []
    for name, one in HOSTILE.items():
        for names, others in found:
            if not (others.variables.keys() & one.variables.keys() or (others.keras and one.keras) or one.workers == 1):
                merged = Surroundings(
                    {**others.variables, **one.variables}, others.keras or one.keras, max(others.workers, one.workers),
                    max(others.umask, one.umask), max(others.load, one.load),
                )  # fmt: skip
                found[found.index((names, others))] = ([*names, name], merged)
                break
        else:
            found.append(([name], one))
    return {"; ".join(names): merged for names, merged in found}


def curves_in(
    surroundings: Surroundings,
    studies: Sequence[Study],
    folder: Path,
    *,
    python: str = sys.executable,
    tree: str | None = None,
) -> dict[str, str]:
    """Run studies through the command line and return trial → outcome and curves as text.

    Args:
        surroundings: Where.
        studies: Arguments of ``benchsuite run``.
        folder: An empty one: home, working folder and results lie in it.
        python: The interpreter.
        tree: A working tree whose code is used.

    Raises:
        RuntimeError: If a run failed.
    """
    home = folder / "home"
    (home / ".keras").mkdir(parents=True)
    if surroundings.keras:
        (home / ".keras" / "keras.json").write_text(surroundings.keras, encoding="utf-8")
    path = {"PYTHONPATH": tree} if tree else {}
    # A cache of its own: code that was compiled in other surroundings would say nothing of these.
    own = {"HOME": str(home), "BENCHSUITE_CACHE": str(folder / "cache")}
    environment = {**os.environ, **path, **own, **surroundings.variables}
    for number, study in enumerate(studies):
        command = [
            python,
            "-m",
            "benchsuite",
            "run",
            "--no-local",
            "--seeds",
            "1",
            "--workers",
            str(surroundings.workers),
        ]
        with _load(surroundings.load):
            done = subprocess.run(
                [*command, "--results", str(folder / f"results-{number}"), *study],
                capture_output=True, text=True, encoding="utf-8", errors="replace", check=False,
                env=environment, cwd=folder, umask=surroundings.umask,
            )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"ended with {done.returncode}: {done.stdout[-1000:]}{done.stderr[-3000:]}")
    found = {}
    for file in sorted(folder.glob("results-*/trials/**/*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        found[file.stem] = f"{record['outcome']} {json.dumps(record['curves'], sort_keys=True)}"
    return found


@contextmanager
def _load(processes: int):  # type: ignore[no-untyped-def]
    """Keep so many processes computing meanwhile."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def main() -> None:
    """Run, print the table, and say whether all are equal."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", action="append", choices=HOSTILE, help="one of the surroundings")
    options.add_argument("--together", action="store_true", help="several of the surroundings at once")
    options.add_argument("--quick", action="store_true", help="fewer trials")
    options.add_argument("--python", default=sys.executable, help="the interpreter")
    options.add_argument("--from", dest="tree", help="a working tree whose code is run")
    chosen = options.parse_args()
    studies = QUICK if chosen.quick else STUDIES
    with TemporaryDirectory() as folder:
        where = {"python": chosen.python, "tree": chosen.tree}
        usual = curves_in(Surroundings(), studies, Path(folder) / "usual", **where)
        print(
            f"{len(usual)} trials, {sum(text.startswith('completed') for text in usual.values())} of them completed\n"
        )
        print("| surroundings | trials with other bits | seconds |\n|---|---|---|", flush=True)
        wrong = 0
        tried = together() if chosen.together else {name: HOSTILE[name] for name in chosen.only or HOSTILE}
        for number, (name, surroundings) in enumerate(tried.items()):
            started = time.monotonic()
            try:
                found = curves_in(surroundings, studies, Path(folder) / str(number), **where)
                other = sum(usual.get(trial) != found.get(trial) for trial in usual.keys() | found.keys())
                told = str(other)
            except RuntimeError as error:
                other, told = 1, f"the run failed: {' '.join(str(error).split())[-200:]}"
            wrong += bool(other)
            print(f"| {name} | {told} | {time.monotonic() - started:.0f} |", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
