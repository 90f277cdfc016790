"""A process that tries promises, without TensorFlow: it does at each step what its name says."""

import faulthandler
import os
import signal
import time
from multiprocessing.connection import Connection

from benchsuite.conformance.finding import Finding
from benchsuite.conformance.order import AllTaken, CheckOrder, StepBegun, StepTaken
from benchsuite.conformance.step import Looked, TriedOn

STEPS = {
    "sgd": ["keeps", "crashes", "keeps_too"],
    "relu": ["trains:tiny", "needs_that", "keeps"],
    "mse": ["hangs", "ends", "keeps"],
}


def serve(descriptor: int) -> None:
    faulthandler.enable()
    connection = Connection(descriptor)
    order: CheckOrder = connection.recv()
    for wanted in order.wanted:
        for key in STEPS[wanted.name]:
            if key in wanted.taken or (key == "needs_that" and "trains:tiny" in wanted.over):
                continue
            trains = key.partition(":")[2]
            faulthandler.dump_traceback_later(order.seconds, exit=True)
            connection.send(StepBegun(wanted.kind, wanted.name, key, f"it {key}", trains))
            if key == "crashes" or trains:
                os.kill(os.getpid(), signal.SIGSEGV)
            if key == "hangs":
                while True:
                    time.sleep(1)
            if key == "ends":
                os._exit(3)
            faulthandler.cancel_dump_traceback_later()
            known = ",".join(one.task for one in wanted.tried)
            found = Looked((Finding(f"{key} {known}".strip()),), TriedOn("other", True) if key == "keeps" else None)
            connection.send(StepTaken(wanted.kind, wanted.name, key, found))
    connection.send(AllTaken())
