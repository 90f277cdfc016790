"""TensorBoard: one run for each trial, with its curves.

Event files lie in ``tensorboard/`` of the results folder: ``tensorboard --logdir results/tensorboard``. They are written
without TensorFlow, which the main process of a study never imports.
"""

import time

import benchsuite as bs
from benchsuite_plugins.observers._trials import RunOfEachTrial, last_step, needed, parameters, results, title

NAME = "events.out.tfevents.0.benchsuite"


class EventFile:
    """The event file of one trial. What an earlier attempt at the trial wrote is gone."""

    def __init__(self, folder):
        from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
        from tensorboard.summary.writer.record_writer import RecordWriter

        self._event, self._summary = event_pb2.Event, summary_pb2
        self._tensor, self._string = tensor_pb2.TensorProto, types_pb2.DT_STRING
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / NAME).open("wb")
        self._writer = RecordWriter(self._file)
        self._write(file_version="brain.Event:2")

    def scalars(self, values, step):
        """Write numbers at a step."""
        summary = self._summary.Summary()
        for tag, value in values.items():
            summary.value.add(tag=tag, simple_value=value)
        self._write(summary=summary, step=step)

    def text(self, tag, text, step=0):
        """Write a text, as TensorBoard's text page shows it."""
        about = self._summary.SummaryMetadata()
        about.plugin_data.plugin_name = "text"
        summary = self._summary.Summary()
        summary.value.add(
            tag=tag, metadata=about, tensor=self._tensor(dtype=self._string, string_val=[text.encode("utf-8")])
        )
        self._write(summary=summary, step=step)

    def close(self):
        """Close it."""
        self._writer.close()

    def _write(self, **what):
        self._writer.write(self._event(wall_time=time.time(), **what).SerializeToString())
        self._writer.flush()


class TensorBoard(RunOfEachTrial):
    """Writes an event file for each trial.

    Args:
        folder: Where to.
    """

    def __init__(self, folder):
        super().__init__()
        self._folder = folder

    def begin(self, trial):
        """Begin its file, with all that decides the numbers of the trial."""
        file = EventFile(self._folder / title(trial))
        lines = [f"| {name} | {value} |" for name, value in parameters(trial).items()]
        file.text("trial", "\n".join(["| | |", "|---|---|", *lines]))
        return file

    def log(self, file, values, step):
        """Write measures."""
        file.scalars(values, step)

    def end(self, file, record):
        """Write results and outcome."""
        file.scalars(results(record), last_step(record))
        file.text("outcome", f"{record.outcome.value} {record.reason}".strip())
        file.close()

    def drop(self, file):
        """Close the file of a trial that begins again, which writes a new one in its place."""
        file.close()


def make(results):
    """Return what writes to a results folder."""
    needed("tensorboard", "tensorboard.compat.proto.event_pb2", "tensorboard")
    return TensorBoard(results / "tensorboard")


@bs.hookimpl
def register_observers():
    """Register tensorboard."""
    return [bs.Observer(name="tensorboard", make=make, summary="Curves of every trial as TensorBoard shows them.")]
