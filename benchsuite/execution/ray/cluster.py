"""All that is asked of Ray itself: which nodes there are, an actor on one of them, what came back, what has gone."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from benchsuite.engine.device import Device, count_gpus
from benchsuite.errors import BenchsuiteError, said_by
from benchsuite.execution.interface import Options
from benchsuite.execution.ray import facts
from benchsuite.execution.ray.luggage import Luggage
from benchsuite.execution.ray.seat import NodeSeat
from benchsuite.text import one_line

CONNECT_SECONDS = 10.0
START = "Start one with `ray start --head`, join it with `ray start --address HOST:6379`, and run the command on a node of it."
NAME_LETTERS = 30
"""Of a node's name; a longer one is cut."""


@dataclass(frozen=True)
class Node:
    """A node of the cluster.

    Args:
        id: Ray's own.
        name: By which people know it; no other node of the cluster has it.
        cpus: Processors that it declares.
        gpus: GPUs that it declares.
    """

    id: str
    name: str
    cpus: float
    gpus: float = 0.0


@dataclass(frozen=True)
class Share:
    """What one worker takes of its node.

    Args:
        cpus: Processors.
        gpus: GPUs, or a part of one.
    """

    cpus: float = 1.0
    gpus: float = 0.0

    def fit(self, node: Node) -> int:
        """Return how many workers a node has room for."""
        # A part such as 1/3 has no exact number: three of them are one GPU all the same.
        by_gpus = int(node.gpus / self.gpus + 1e-6) if self.gpus else int(node.cpus / self.cpus)
        return min(int(node.cpus / self.cpus), by_gpus)


class Lost(Exception):
    """Raised for what was asked of an actor, or of a node, that has gone; its text says how in a few words."""


class Cluster(Protocol):
    """A cluster as :class:`~benchsuite.execution.ray.executor.RayExecutor` sees it."""

    def nodes(self) -> list[Node]:
        """Return the nodes that are there now."""
        ...

    def ask(self, node: Node, distributions: Sequence[str]) -> Any:
        """Ask what a node has; what comes back is :func:`~benchsuite.execution.ray.facts.facts`."""
        ...

    def per_gpu(self, node: Node, tiers: Sequence[str], memory: int) -> Any:
        """Ask a node that agrees how many workers share each of its GPUs; see :func:`workers_of_gpu`."""
        ...

    def seat(self, node: Node, share: Share, options: Options, number: int, luggage: Luggage) -> Any:
        """Begin an actor on a node; :meth:`call` its methods."""
        ...

    def call(self, seat: Any, method: str, *arguments: Any) -> Any:
        """Call a method of an actor and return what stands for its answer."""
        ...

    def come(self, asked: Sequence[Any], seconds: float) -> list[Any]:
        """Return those of what was asked that have an answer, after some seconds at most."""
        ...

    def answer(self, asked: Any) -> Any:
        """Return an answer that has come.

        Raises:
            Lost: If whoever was to give it has gone.
        """
        ...

    def kill(self, seat: Any) -> None:
        """End an actor at once."""
        ...


class RayCluster:
    """A cluster of Ray that this process has joined."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._sent: tuple[Luggage, Any] | None = None
        """What travelled last, and what stands for it in Ray's own store."""
        ray.cloudpickle.register_pickle_by_value(facts)  # a node may have another benchsuite, or none
        self._facts = ray.remote(facts.facts)

    def nodes(self) -> list[Node]:
        """Return the nodes that are there now; two of one name get a part of their number."""
        alive = sorted((node for node in self._ray.nodes() if node["Alive"]), key=lambda node: str(node["NodeID"]))
        names = [_name_of(node) for node in alive]
        many = Counter(names)
        found = []
        for node, name in zip(alive, names, strict=True):
            unique = name if many[name] == 1 else f"{name}-{node['NodeID'][:6]}"
            resources = node.get("Resources", {})
            found.append(Node(node["NodeID"], unique, float(resources.get("CPU", 0)), float(resources.get("GPU", 0))))
        return found

    def ask(self, node: Node, distributions: Sequence[str]) -> Any:
        """Ask what a node has, though all its processors are taken."""
        return self._facts.options(num_cpus=0, max_retries=0, **self._there(node)).remote(list(distributions))

    def per_gpu(self, node: Node, tiers: Sequence[str], memory: int) -> Any:
        """Ask a node that agrees how many workers share each of its GPUs."""
        return self._ray.remote(workers_of_gpu).options(num_cpus=0, **self._there(node)).remote(list(tiers), memory)

    def seat(self, node: Node, share: Share, options: Options, number: int, luggage: Luggage) -> Any:
        """Begin an actor on a node. If it dies it is not made anew: whoever feeds it knows what is to run again."""
        if self._sent is None or self._sent[0] is not luggage:
            self._sent = luggage, self._ray.put(luggage)  # once to each node, not to each actor
        made = self._ray.remote(NodeSeat).options(
            num_cpus=share.cpus,
            num_gpus=share.gpus,
            max_restarts=0,
            max_task_retries=0,
            max_concurrency=2,  # it can be ended while somebody waits for its events
            **self._there(node),
        )
        return made.remote(options, number, self._sent[1])

    def call(self, seat: Any, method: str, *arguments: Any) -> Any:
        """Call a method of an actor and return what stands for its answer."""
        return getattr(seat, method).remote(*arguments)

    def come(self, asked: Sequence[Any], seconds: float) -> list[Any]:
        """Return those of what was asked that have an answer, after some seconds at most."""
        if not asked:
            return []
        found, rest = self._ray.wait(list(asked), num_returns=1, timeout=seconds, fetch_local=True)
        if found and rest:
            more, _ = self._ray.wait(rest, num_returns=len(rest), timeout=0, fetch_local=True)
            found = [*found, *more]
        return list(found)

    def answer(self, asked: Any) -> Any:
        """Return an answer that has come.

        Raises:
            Lost: If whoever was to give it has gone, or could not begin.
            BenchsuiteError: If that is its answer.
        """
        try:
            return self._ray.get(asked)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, BenchsuiteError):  # one line, without what Ray says of where it was raised
                raise error.cause from None
            if isinstance(error.cause, OSError | ImportError):  # a full disk, another Python
                raise Lost(one_line(str(error.cause))) from None
            raise
        except self._ray.exceptions.RayError as error:
            raise Lost(_shortly(error)) from None

    def kill(self, seat: Any) -> None:
        """End an actor at once."""
        with contextlib.suppress(Exception):  # it has gone, or the cluster has
            self._ray.kill(seat, no_restart=True)

    def _there(self, node: Node) -> Mapping[str, Any]:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        return {"scheduling_strategy": NodeAffinitySchedulingStrategy(node.id, soft=False)}


def workers_of_gpu(tiers: Sequence[str], memory: int) -> int:
    """Return how many workers share each GPU of the node that this runs on, by the rule of one machine.

    Args:
        tiers: Of the tasks.
        memory: Bytes of a share, where somebody chose them; 0 otherwise.
    """
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)  # Ray hides GPUs from what asked for none
    if not (cards := count_gpus()):  # declared by hand, and none of them is NVIDIA's
        return 1
    return max(Device("gpu").workers(tiers, memory) // cards, 1)


_joined: dict[str, RayCluster] = {}


def connected(executor: str) -> RayCluster:
    """Join a cluster; one that this process has joined already stays joined.

    Args:
        executor: As ``--executor`` names it: ``ray`` for the cluster that this machine is a node of (or that ``RAY_ADDRESS``
            names), ``ray:ADDRESS`` for another one.

    Raises:
        BenchsuiteError: If Ray is not installed, or there is no such cluster.
    """
    if executor not in _joined:
        _joined[executor] = RayCluster(_join(executor.partition(":")[2]))
    return _joined[executor]


def _join(address: str) -> Any:
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # or it says at each start that this will change
    try:
        import ray
    except ImportError:
        raise BenchsuiteError(
            "--executor ray needs Ray, which is not installed. Install it: pip install 'benchsuite[ray]'."
        ) from None
    _refuse_address(address or os.environ.get("RAY_ADDRESS", ""))
    _mute(ray)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ray.init(
            address=address or "auto",
            log_to_driver=False,
            configure_logging=False,
            logging_level=logging.ERROR,
            namespace="benchsuite",
        )
    except (ray.exceptions.RayError, ConnectionError, RuntimeError, ValueError, AssertionError, OSError) as error:
        where = f"at {address}" if address else "that this machine is a node of"
        raise BenchsuiteError(f"there is no Ray cluster {where}: {_shortly(error)}. {START}") from None
    finally:
        # The run itself decides what a signal means.
        for number, handler in before.items():
            if handler is not None and signal.getsignal(number) != handler:
                signal.signal(number, handler)
    return ray


def _mute(ray: Any) -> None:
    """Let Ray print no pages between the lines of a run, such as of a node that has gone: the run says so itself."""
    logging.getLogger("ray").addHandler(logging.NullHandler())
    worker = getattr(getattr(ray, "_private", None), "worker", None)
    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = lambda *words, **more: None  # type: ignore[union-attr]


def _refuse_address(address: str) -> None:
    """Refuse an address of another kind, and one at which nobody listens, for which Ray would wait minutes."""
    if "://" in address:
        raise BenchsuiteError(
            f"--executor ray needs the address of a cluster that this machine is a node of, HOST:PORT. Received: {address!r}. "
            "An address with :// is for Ray Client, which is no node: run the command on one, `ray start --address HOST:6379` makes one."
        )
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        why = said_by(error) if isinstance(error, OSError) else str(error)
        raise BenchsuiteError(f"there is no Ray cluster at {address}: {why}. {START}") from None


def _name_of(node: Mapping[str, Any]) -> str:
    """Return the name that somebody gave a node, or that of its machine; never an address where there is a name."""
    given, address = str(node.get("NodeName") or ""), str(node.get("NodeManagerAddress") or "")
    name = given if given and given != address else str(node.get("NodeManagerHostname") or address)
    name = "".join(letter if letter.isprintable() else "?" for letter in name)
    return name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"


def _shortly(error: BaseException) -> str:
    """Return the first sentence of what Ray says, which may be pages; of an actor that could not begin, the reason at the end."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    text = lines[-1] if "creation task" in lines[0] else lines[0]
    return one_line(text.partition(". ")[0].rstrip(".:"))[:200]
