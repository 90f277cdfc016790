"""What is kept of a trial is written by nobody's fault but the disk's, and only into the results folder that was meant."""

import os
import resource
from types import SimpleNamespace

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.engine.keep import Keeper
from benchsuite.engine.program.program import Program
from benchsuite.errors import CannotWrite
from benchsuite.extras import Extras
from benchsuite.files import extra_file
from benchsuite.folder import Folder, identity
from benchsuite.outcomes import Outcome

BOTH = Extras(weights=True, predictions=True)


def session(bench, folder, extras=BOTH, **more):
    bench.change_task(xla=False)
    folder.mkdir(exist_ok=True)
    return bench.new_session(extras=extras, weights=folder / "weights", predictions=folder / "predictions", **more)


def kept(results):
    return sorted(str(path.relative_to(results)) for path in results.rglob("*") if path.is_file())


@pytest.fixture
def small_files():
    """Let no file grow beyond a size: a disk that is full, without rights to make one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_weights_and_predictions_are_whole_and_follow_the_umask(bench, tmp_path):
    one, results = bench.trial(epochs=1), tmp_path / "results"
    before = os.umask(0o027)
    told = []  # what is there when it begins to write and when it has written
    try:
        ours = session(bench, results, writing=lambda begins: told.append((begins, kept(results))))
        assert ours.run(bench.trial(epochs=1)).ending.outcome is Outcome.COMPLETED
    finally:
        os.umask(before)
    assert told == [(True, []), (False, kept(results))]
    paths = [extra_file(results / name, one.id) for name in ("weights", "predictions")]
    assert kept(results) == sorted(str(path.relative_to(results)) for path in paths)
    for path in paths:
        assert path.stat().st_mode & 0o777 == 0o640
        with np.load(path) as found:
            assert all(np.isfinite(array).all() for array in found.values())


def test_a_full_disk_is_no_end_of_a_trial_and_leaves_nothing(bench, tmp_path, small_files):
    """The weights fit, the predictions do not: those of a training that no record tells of go as well."""
    one, results = bench.trial(epochs=1), tmp_path / "results"
    ours = session(bench, results)
    ours.run(one)
    sizes = [extra_file(results / name, one.id).stat().st_size for name in ("weights", "predictions")]
    assert sizes[0] < sizes[1]
    for name in kept(results):
        (results / name).unlink()
    small_files(sum(sizes) // 2)
    with pytest.raises(CannotWrite) as caught:
        ours.run(one)
    assert str(caught.value) == (
        f"cannot write {extra_file(results / 'predictions', one.id)}: File too large. "
        "All records written so far are whole. Mend that and run the same command again."
    )
    assert kept(results) == []
    small_files(resource.RLIM_INFINITY)
    assert ours.run(one).ending.outcome is Outcome.COMPLETED
    assert len(kept(results)) == 2


def test_what_was_there_before_stays_when_the_rest_does_not_fit(bench, tmp_path, small_files):
    one, results = bench.trial(epochs=1), tmp_path / "results"
    session(bench, results, Extras(weights=True)).run(one)
    before = kept(results)
    small_files(1000)
    with pytest.raises(CannotWrite):
        session(bench, results).run(one)
    assert kept(results) == before == [str(extra_file(results / "weights", one.id).relative_to(results))]


def test_a_plugin_that_writes_a_file_of_its_own_has_failed_itself(bench, tmp_path, small_files):
    def make():
        (tmp_path / "its own").write_bytes(bytes(10_000))

    bench.add(bs.Activation(name="writes", make=make, summary="Writes a file."))
    ours = session(bench, tmp_path / "results")
    small_files(5_000)
    ending = ours.run(bench.trial(epochs=1, activation="writes")).ending
    assert (ending.outcome, ending.reason) == (Outcome.CRASHED, "OSError: [Errno 27] File too large")


def test_what_fails_while_weights_are_taken_is_the_trials_failure(bench, tmp_path, monkeypatch):
    def weights(self, feed):
        raise OSError("no weights")

    monkeypatch.setattr(Program, "weights", weights)
    ending = session(bench, tmp_path / "results").run(bench.trial(epochs=1)).ending
    assert (ending.outcome, ending.reason) == (Outcome.CRASHED, "OSError: no weights")


def test_memory_that_ends_while_it_is_packed_is_not_the_trials_want(bench, tmp_path, monkeypatch):
    def savez(*arguments, **arrays):
        raise MemoryError

    monkeypatch.setattr(np, "savez_compressed", savez)
    with pytest.raises(CannotWrite, match="not enough memory to pack it"):
        session(bench, tmp_path / "results").run(bench.trial(epochs=1))
    assert kept(tmp_path) == []


def test_nothing_is_written_into_a_folder_that_took_the_place_of_the_results(bench, tmp_path):
    results = tmp_path / "results"
    results.mkdir()
    ours = session(bench, results, results=identity(results.stat()))
    with Folder(results).hold():
        results.rename(tmp_path / "moved")
        for _ in ("none", "another"):
            with pytest.raises(CannotWrite, match="results was deleted, moved or replaced meanwhile"):
                ours.run(bench.trial(epochs=1))
            assert kept(tmp_path) == []
            results.mkdir(exist_ok=True)


def test_weights_are_not_written_through_a_link(bench, tmp_path):
    results = tmp_path / "results"
    (tmp_path / "elsewhere").mkdir()
    ours = session(bench, results)
    (results / "weights").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotWrite, match="results/weights is a symbolic link"):
        ours.run(bench.trial(epochs=1))
    assert kept(tmp_path) == []


class Stub:
    """A program whose weights, outputs and probes tell how often it was asked; what is not asked for must not be computed."""

    network = SimpleNamespace(kernel_layers=[SimpleNamespace(name="dense")])

    def __init__(self):
        self.asked = {"weights": 0, "outputs": 0, "probe": 0}

    def _ask(self, what):
        self.asked[what] += 1
        return self.asked[what]

    def weights(self, feed):
        return {"w": np.array([self._ask("weights")])}

    def outputs(self, feed, x):
        return np.full(len(x), self._ask("outputs"))

    def probe(self, feed):
        return {"dead": [float(self._ask("probe"))]}


def keeper(restores=False, **extras):
    dataset = SimpleNamespace(part={"validation": slice(0, 3), "test": slice(3, 5)}.get, y=np.arange(5))
    program = Stub()
    ready = SimpleNamespace(program=program, feed=None, prepared=SimpleNamespace(dataset=dataset, x=np.arange(5)))
    return Keeper(Extras(**extras), ready, restores), program


@pytest.mark.parametrize(
    ("probe", "epochs"),
    [("0,2", [0, 2]), ("last", [3]), ("0,last", [0, 3]), ("3,last", [3]), ("all", [0, 1, 2, 3]), ("", None)],
)
def test_layers_are_probed_after_each_epoch_that_was_asked_for_and_once_after_the_last(probe, epochs):
    one, program = keeper(probe=probe)
    for epoch in range(4):
        one.after_epoch(epoch, 1.0)
    one.ended(3)
    assert (one.probed and one.probed.epochs) == epochs
    assert program.asked == {"weights": 0, "outputs": 0, "probe": len(epochs or [])}


@pytest.mark.parametrize(
    "extras", [{"weights": True}, {"predictions": True}, {"weights": True, "predictions": True}, {}]
)
def test_what_was_asked_for_is_taken_at_the_end_and_nothing_else(extras, tmp_path):
    one, program = keeper(**extras)
    for epoch in range(3):
        one.after_epoch(epoch, 1.0)
    assert set(program.asked.values()) == {0}
    one.take()
    wanted = [bool(extras.get(name)) for name in ("weights", "predictions")]
    assert [bool(program.asked[name]) for name in ("weights", "outputs")] == wanted
    paths = [tmp_path / name / "ab" / "it.npz" for name in ("weights", "predictions")]
    one.write(*paths)
    assert [path.is_file() for path in paths] == wanted
    if extras.get("predictions"):
        with np.load(paths[1]) as found:
            assert {name: values.tolist() for name, values in found.items()} == {
                "validation_outputs": [1, 1, 1], "validation_targets": [0, 1, 2],
                "test_outputs": [2, 2], "test_targets": [3, 4],
            }  # fmt: skip


def test_where_weights_are_put_back_those_of_the_lowest_validation_loss_are_kept(tmp_path):
    """Of a trained epoch, the earliest of equals, as the results say it; where nothing was asked for, nothing is copied."""
    one, _ = keeper(restores=True, weights=True)
    for epoch, loss in enumerate([0.1, 3.0, 1.0, 1.0, 2.0]):
        one.after_epoch(epoch, loss)
    one.take()
    one.write(tmp_path / "weights" / "ab" / "it.npz", None)
    with np.load(tmp_path / "weights" / "ab" / "it.npz") as found:
        assert found["w"].tolist() == [2]  # the second copy, of epoch 2
    idle, program = keeper(restores=True, probe="1")
    for epoch in range(3):
        idle.after_epoch(epoch, 3.0 - epoch)
    idle.take()
    assert program.asked == {"weights": 0, "outputs": 0, "probe": 1}
