"""What the end of a worker process says, and what the kernel says of its own killing."""

import signal
import subprocess
import sys

import pytest

from benchsuite.execution.death import Death


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (3, "ended with exit code 3"),
        (0, "ended with exit code 0"),
        (-9, "was killed by SIGKILL"),
        (-11, "was killed by SIGSEGV"),
        (-63, "was killed by signal 63"),
    ],
)
def test_an_end_in_words(code: int, text: str) -> None:
    assert str(Death(code, begun=False, printed="")) == text


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("RLIMIT_CPU", -signal.SIGXCPU, "7000 seconds of processor time for each process (ulimit -t)"),
        ("RLIMIT_CPU", -signal.SIGKILL, ""),
        ("RLIMIT_CPU", -signal.SIGSEGV, ""),
        ("RLIMIT_AS", -signal.SIGSEGV, "4 GiB of addresses for each process (ulimit -v)"),
        ("RLIMIT_AS", 127, "4 GiB of addresses for each process (ulimit -v)"),
        ("RLIMIT_AS", -signal.SIGTERM, ""),
    ],
)
def test_a_limit_of_the_shell_may_be_what_a_worker_died_of(name: str, code: int, said: str) -> None:
    script = (
        "import resource, sys\nfrom benchsuite.execution.death import Death, inherited_limit\n"
        f"death = Death({code}, True, '')\nassert inherited_limit(death, True) == ''\n"
        f"resource.setrlimit(resource.{name}, ({7000 if name == 'RLIMIT_CPU' else 4 * 2**30}, resource.RLIM_INFINITY))\n"
        "print(inherited_limit(death, True))\n"
        "assert 'ulimit -v' not in inherited_limit(death, False)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout.rstrip("\n"), done.stderr) == (said, "")
