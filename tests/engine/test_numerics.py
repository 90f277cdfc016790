"""The numerics fingerprint: the same for the same, another for whatever kernels are chosen by, on Linux, macOS and with a GPU."""

import json
import subprocess
import sys

import pytest

from benchsuite.engine import numerics as module
from benchsuite.engine.numerics import Numerics, graphics, numerics, processor, read_sysctl, tunables

INTEL = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 143
model name\t: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz
cpu MHz\t\t: 2699.998
flags\t\t: fpu vme smep sse sse2 ssse3 fma avx avx2 avx512f avx512_vnni avx512_bf16 amx_bf16 amx_tile amx_int8 bmi1 aes

processor\t: 1
vendor_id\t: Another
flags\t\t: avx10
"""
ARM = """processor\t: 0
BogoMIPS\t: 2000.00
Features\t: fp asimd evtstrm aes asimdhp asimddp sve i8mm bf16 crc32
CPU implementer\t: 0x41
CPU variant\t: 0x1
CPU part\t: 0xd40
"""
APPLE = """machdep.cpu.brand_string: Apple M2
hw.l1dcachesize: 65536
hw.l2cachesize: 4194304
hw.optional.arm.FEAT_BF16: 1
hw.optional.arm.FEAT_I8MM: 1
hw.optional.arm.FEAT_SME: 0
hw.optional.floatingpoint: 1
"""
OLD_APPLE = """machdep.cpu.brand_string: Intel(R) Core(TM) i7-8750H CPU @ 2.20GHz
machdep.cpu.features: FPU SSE SSE2 SSE4.1 AVX1.0 FMA
machdep.cpu.leaf7_features: SMEP BMI1 AVX2
"""


def test_it_is_short_stable_and_json():
    first, second = numerics(), numerics()
    assert first == second
    assert len(first.fingerprint) == 16
    assert set(first.fingerprint) <= set("0123456789abcdef")
    assert Numerics.of(json.loads(json.dumps(first.facts))) == first
    assert first.facts["versions"]["tensorflow"]
    assert set(first.features) == set(first.facts["processor"]["features"])


def test_it_needs_no_tensorflow():
    script = (
        "import sys; from benchsuite.engine.numerics import numerics; print(numerics().fingerprint);"
        "assert not {'tensorflow', 'keras', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == numerics().fingerprint


@pytest.mark.parametrize("change", ["version", "processor", "library", "python", "coretype", "missing package", "gpu"])
def test_whatever_rounds_otherwise_has_another_fingerprint(change, monkeypatch):
    before = numerics()
    if change == "version":
        monkeypatch.setattr("importlib.metadata.version", lambda name: "99")
    elif change == "processor":
        monkeypatch.setattr(module, "processor", lambda: {"model": "another", "features": ["avx"]})
    elif change == "library":
        monkeypatch.setattr(module.platform, "libc_ver", lambda: ("glibc", "1.0"))
        monkeypatch.setattr(module.platform, "mac_ver", lambda: ("1.0", (), ""))
    elif change == "python":
        monkeypatch.setattr(module.platform, "python_version_tuple", lambda: ("3", "99", "0"))
    elif change == "coretype":
        monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    elif change == "missing package":
        monkeypatch.setattr(module, "PACKAGES", (*module.PACKAGES, "no-such-package"))
    after = numerics("gpu" if change == "gpu" else "cpu")
    assert after.fingerprint != before.fingerprint


@pytest.mark.skipif(sys.platform != "linux", reason="the switch of a C library that is not there")
def test_what_the_c_library_was_told_at_the_start_is_in_it(tmp_path, monkeypatch):
    began = tmp_path / "environ"
    began.write_bytes(b"A=1\0GLIBC_TUNABLES=glibc.malloc.arena_max=1:glibc.cpu.hwcaps=-FMA:glibc.cpu.a=2\0B=2\0")
    assert tunables(began) == "glibc.cpu.a=2:glibc.cpu.hwcaps=-FMA"
    began.write_bytes(b"A=1\0B=GLIBC_TUNABLES=glibc.cpu.a=2\0")
    assert tunables(began) == tunables(tmp_path / "nothing") == ""
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA")  # too late to matter
    script = "from benchsuite.engine.numerics import numerics; print(numerics().fingerprint)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() != numerics().fingerprint


def test_what_does_not_round_is_not_in_it(monkeypatch):
    before = numerics()
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setattr("os.cpu_count", lambda: 99)
    assert numerics() == before


def test_processors_of_linux(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    for index, (level, kind, size) in enumerate(
        [("1", "Data", "48K"), ("1", "Instruction", "32K"), ("2", "Unified", "2048K")]
    ):
        cache = tmp_path / "cache" / f"index{index}"
        cache.mkdir(parents=True)
        for name, value in (("level", level), ("type", kind), ("size", size)):
            (cache / name).write_text(value + "\n")
    (tmp_path / "cache" / "index3").mkdir()  # a virtual machine that says nothing of it
    cpuinfo.write_text(INTEL)
    assert processor(cpuinfo, tmp_path / "cache") == {
        "model": "GenuineIntel 6 143",
        "features": [
            "amx_bf16", "amx_int8", "amx_tile", "avx", "avx2", "avx512_bf16", "avx512_vnni", "avx512f", "bmi1", "fma",
            "sse", "sse2", "ssse3",
        ],
        "cache_1": "48K",
        "cache_2": "2048K",
    }  # fmt: skip
    cpuinfo.write_text(ARM)
    assert processor(cpuinfo, tmp_path / "nothing") == {
        "model": "0x41 0x1 0xd40",
        "features": ["asimd", "asimddp", "asimdhp", "bf16", "i8mm", "sve"],
    }


def test_processors_of_macos():
    assert read_sysctl(APPLE) == {
        "model": "Apple M2", "features": ["arm.feat_bf16", "arm.feat_i8mm"], "cache_1": "65536", "cache_2": "4194304"
    }  # fmt: skip
    old = read_sysctl(OLD_APPLE)
    assert old["model"].startswith("Intel(R) Core(TM) i7")
    assert old["features"] == ["avx1_0", "avx2", "bmi1", "fma", "sse", "sse2", "sse4_1"]
    assert read_sysctl("") == {}


@pytest.mark.parametrize("sysctl", ["", OSError("no such file")])
def test_a_processor_that_nothing_describes_has_no_features(sysctl, monkeypatch, tmp_path):
    def run(*_, **__):
        if isinstance(sysctl, OSError):
            raise sysctl
        return subprocess.CompletedProcess([], 0, sysctl)

    monkeypatch.setattr(subprocess, "run", run)
    for system in ("darwin", "freebsd"):
        monkeypatch.setattr(module.sys, "platform", system)
        found = processor(tmp_path / "nothing")
        assert found == {"model": module.platform.processor(), "features": []}
        assert Numerics.of({"processor": found}).features == ()


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023", "535.104.05"),
        ("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build", "550.54.14"),
    ],
)
def test_gpus_have_a_model_and_a_driver(line, version, tmp_path):
    for address, model in (("0000:04:00.0", "NVIDIA H100 80GB HBM3"), ("0000:05:00.0", "NVIDIA T4")):
        folder = tmp_path / "gpus" / address
        folder.mkdir(parents=True)
        (folder / "information").write_text(f"Model: \t\t {model}\nIRQ:   \t\t 99\n")
    (tmp_path / "version").write_text(line + "\nGCC version: 11.4.0\n")
    assert graphics(0, tmp_path) == {"model": "NVIDIA H100 80GB HBM3", "driver": version}
    assert graphics(1, tmp_path)["model"] == "NVIDIA T4"
    assert graphics(7, tmp_path)["model"] == ""
    assert graphics(0, tmp_path / "nothing") == {"model": "", "driver": ""}
