"""What cannot be set and yet decides the last bits: processor, libraries, GPU; and one short word for all of it.

Two records with the same id and the same fingerprint have the same bits. With different fingerprints they may differ by
rounding, and after many steps by more. No TensorFlow is imported for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGES = ("tensorflow", "keras", "numpy", "scipy", "ml_dtypes")
"""The packages that compute."""

FEATURES = re.compile(
    r"sse\w*|ssse3|avx\w*|fma\w*|f16c|amx\w*|bmi[12]"  # x86
    r"|asimd\w*|sve\w*|sme(?!p)\w*|i8mm|bf16|fphp|fcma"  # Arm on Linux
    r"|(?:arm\.)?feat_(?:bf16|dotprod|fhm|fp16|i8mm|fcma|sme\w*)"  # Arm on macOS
)
"""The features of a processor by which XLA, oneDNN, OpenBLAS and NumPy choose their kernels."""


@dataclass(frozen=True)
class Numerics:
    """What a trial's rounding depends on.

    Args:
        fingerprint: 16 hexadecimal digits that stand for the facts.
        facts: What it was made from, as JSON holds it.
    """

    fingerprint: str
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Numerics:
        """Make the fingerprint of facts."""
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return cls(hashlib.sha256(text.encode()).hexdigest()[:16], facts)

    @property
    def features(self) -> tuple[str, ...]:
        """The processor's features among the facts."""
        return tuple(self.facts["processor"]["features"])


def numerics(device: str = "cpu") -> Numerics:
    """Return what rounding depends on in this process.

    Args:
        device: Kind of the device that computes: ``cpu`` or ``gpu``, of those this process sees the first.
    """
    facts: dict[str, Any] = {
        "versions": {name: _version(name) for name in PACKAGES},
        # From Python 3.12 on sum() of floats rounds differently; libm computes what NumPy and XLA do not themselves.
        "python": ".".join(platform.python_version_tuple()[:2]),
        "library": "-".join(platform.libc_ver()) if sys.platform == "linux" else platform.mac_ver()[0],
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": processor(),
        "coretype": os.environ.get("OPENBLAS_CORETYPE", ""),
        "tunables": tunables(),
    }
    if device == "gpu":
        first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
        facts["gpu"] = graphics(int(first) if first.isdecimal() else 0)
        facts["versions"] |= _versions_for_gpus()
    return Numerics.of(facts)


def tunables(environment: Path = Path("/proc/self/environ")) -> str:
    """Return what the C library was told about its instructions when this process began; later nothing changes it any more.

    Args:
        environment: Where Linux keeps the environment that a process began with.
    """
    try:
        began = environment.read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    told = next((each.partition("=")[2] for each in began if each.startswith("GLIBC_TUNABLES=")), "")
    return ":".join(sorted(each for each in told.split(":") if each.startswith("glibc.cpu.")))


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _versions_for_gpus() -> dict[str, str]:
    """Return the versions of CUDA and its libraries, which come as packages of NVIDIA's."""
    from importlib.metadata import distributions

    return {name: found.version for found in distributions() if (name := found.name.lower()).startswith("nvidia-")}


def processor(
    cpuinfo: Path = Path("/proc/cpuinfo"), caches: Path = Path("/sys/devices/system/cpu/cpu0/cache")
) -> dict[str, Any]:
    """Return what kernels are chosen by: the model for which XLA compiles, its features, and the caches that set the size of blocks.

    Args:
        cpuinfo: Where Linux describes the first processor.
        caches: Where it describes that one's caches.
    """
    if not cpuinfo.is_file():
        return _processor_of_macos() if sys.platform == "darwin" else {"model": platform.processor(), "features": []}
    first = cpuinfo.read_text(encoding="utf-8", errors="replace").split("\n\n")[0]
    lines = (line.partition(":") for line in first.splitlines())
    said = {name.strip(): value.strip() for name, _, value in lines}
    model = ("vendor_id", "cpu family", "model", "CPU implementer", "CPU variant", "CPU part")
    features = sorted(filter(FEATURES.fullmatch, said.get("flags", said.get("Features", "")).split()))
    return {"model": " ".join(said[name] for name in model if name in said), "features": features, **_caches(caches)}


def _caches(folder: Path) -> dict[str, str]:
    """Return level and kind of each cache for data → its size."""
    found = {}
    for cache in sorted(folder.glob("index*")):
        try:
            level, kind, size = (
                (cache / name).read_text(encoding="ascii").strip() for name in ("level", "type", "size")
            )
        except OSError:
            continue
        if kind != "Instruction":
            found[f"cache_{level}"] = size
    return found


def _processor_of_macos() -> dict[str, Any]:
    import subprocess

    try:
        told = subprocess.run(
            ["/usr/sbin/sysctl", "-a"], capture_output=True, text=True, check=False, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        told = ""
    return read_sysctl(told) or {"model": platform.processor(), "features": []}


def read_sysctl(told: str) -> dict[str, Any]:
    """Return the processor as ``sysctl -a`` of macOS describes it; nothing if it does not.

    Args:
        told: What the command printed.
    """
    lines = (line.partition(": ") for line in told.splitlines())
    said = {name: value.strip() for name, _, value in lines}
    if "machdep.cpu.brand_string" not in said:
        return {}
    named = " ".join(said.get(f"machdep.cpu.{name}", "") for name in ("features", "leaf7_features")).lower().split()
    optional = (name.removeprefix("hw.optional.").lower() for name, value in said.items() if value == "1")
    words = {word.replace(".", "_") if word[:3] in ("sse", "avx") else word for word in (*named, *optional)}
    caches = {"cache_1": "hw.l1dcachesize", "cache_2": "hw.l2cachesize", "cache_3": "hw.l3cachesize"}
    return {
        "model": said["machdep.cpu.brand_string"],
        "features": sorted(filter(FEATURES.fullmatch, words)),
        **{name: said[key] for name, key in caches.items() if key in said},
    }


def graphics(number: int, driver: Path = Path("/proc/driver/nvidia")) -> dict[str, str]:
    """Return the model of a GPU and the version of its driver.

    Args:
        number: Among all GPUs of the machine, in the order of their addresses.
        driver: Where the driver describes them.
    """
    found = sorted(driver.glob("gpus/*/information"))
    model = (
        re.search(r"^Model:\s*(.+?)\s*$", found[number].read_text(encoding="utf-8"), re.M)
        if number < len(found)
        else None
    )
    try:
        version = re.search(
            r"Kernel Module.*?\s(\d+\.\d+(?:\.\d+)*)\s", (driver / "version").read_text(encoding="utf-8")
        )
    except OSError:
        version = None
    return {"model": model[1] if model else "", "driver": version[1] if version else ""}
