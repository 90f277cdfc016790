#!/usr/bin/env bash
# What a GPU is worth, in one table, in less than ten minutes: benchmarks/device.py says what is measured and what is wanted.
#
#   benchmarks/device.sh                     on the GPU
#   benchmarks/device.sh --only lanes        one part
#   PYTHON=python3 benchmarks/device.sh      another Python that has benchsuite and TensorFlow
#   benchmarks/device.sh --device cpu --reduced    shows that every part runs, on a machine without a GPU
#
# It needs no network and no package beyond benchsuite's own. Exit code 1: something wanted does not hold, or could not be measured.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
python=${PYTHON:-.venv/bin/python}
command -v "$python" >/dev/null || { echo "no $python: run make, or name a Python with PYTHON=…"; exit 2; }
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,memory.total,memory.free,driver_version --format=csv,noheader
exec "$python" -m benchmarks.device "$@"
