"""The results folder: whole files or none, one writer, nothing lost, and one clear line for everything that is wrong."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError
from benchsuite.files import extra_file, write_whole
from benchsuite.folder import Folder
from benchsuite.outcomes import Outcome
from benchsuite.record import FORMAT, Failure, Record, Results
from benchsuite.record_files import some_of
from benchsuite.record_json import NotARecord
from benchsuite.store import DamagedRecord, Store
from tests.factories import make_json, make_record

CURE = "moves away what is no record."


def record(seed: int = 0, **changes: Any) -> Record:
    return replace(make_record(seed=seed), **changes)


def refused(call: Any, *arguments: Any) -> str:
    with pytest.raises(BenchsuiteError) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results")


# Written whole, read back


def test_a_record_comes_back_as_it_was_written(store: Store) -> None:
    written = record(reason="ein Größenfehler: \u2028 \x00 ∞")
    path = store.path(store.write(written).id)
    assert path == store.path(written.id) == store.folder / "trials" / written.id[:2] / f"{written.id}.json"
    assert store.read_all() == {written.id: written}
    assert store.read(written.id) == written
    assert list(store.records()) == [written]
    assert store.ids() == [written.id]


def test_a_trial_without_a_record_has_none(store: Store) -> None:
    assert store.read("0" * 32) is None
    assert (store.ids(), list(store.records()), store.read_all()) == ([], [], {})


def test_equal_records_are_equal_bytes_whatever_the_order_of_keys(store: Store) -> None:
    path = store.path(store.write(record()).id)
    first = path.read_bytes()
    store.write(record(fingerprints=dict(reversed(record().fingerprints.items()))))
    assert path.read_bytes() == first


def test_only_records_are_left_in_the_folder(store: Store) -> None:
    for seed in range(3):
        store.write(record(seed))
    assert len(files(store.folder)) == 3
    names = sorted(record(seed).id for seed in range(3))
    assert list(store.read_all()) == store.ids() == [one.id for one in store.records()] == names


def test_records_are_read_one_by_one(store: Store) -> None:
    """A report of a hundred thousand need not hold them all."""
    for seed in range(2):
        store.write(record(seed))
    first, second = store.ids()
    reading = store.records()
    assert next(reading).id == first
    store.path(second).unlink()  # it may go meanwhile
    assert list(reading) == []


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_record_can_be_read_by_those_whom_the_user_lets(mask: int, store: Store) -> None:
    before = os.umask(mask)
    try:
        path = store.path(store.write(record()).id)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_text_that_no_encoding_holds_is_stored_all_the_same(store: Store) -> None:
    """The name of a file in an error message may hold bytes that are no text: Python hands them on as lone surrogates."""
    failure = Failure(step=3, traceback="\udcff")
    crashed = replace(make_record(outcome="crashed"), reason="no such file: \udcff", results=Results(failure=failure))
    path = store.path(store.write(crashed).id)
    (found,) = store.records()
    assert found.reason == "no such file: \\udcff"
    assert found.results.failure == Failure(step=3, traceback="\\udcff")
    assert json.loads(path.read_text(encoding="utf-8"))["reason"] == found.reason


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_can_be_stored(outcome: Outcome, store: Store) -> None:
    path = store.path(store.write(make_record(outcome=outcome.value)).id)
    assert [found.outcome for found in store.records()] == [outcome]
    assert json.loads(path.read_text(encoding="utf-8"))["outcome"] == outcome.value


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "fine"},
        {"id": "A" * 32},
        {"id": "0" * 32},
        {"reason": 1},
        {"results": Results(final={"test_loss": "x"})},  # type: ignore[dict-item]
        {"results": Results(targets={"0.9": 3})},  # type: ignore[dict-item]
        {"fingerprints": {"a": 1}},
    ],
    ids=repr,
)
def test_a_record_that_does_not_follow_the_format_is_not_written(changes: dict[str, Any], store: Store) -> None:
    with pytest.raises((NotARecord, AttributeError, TypeError)):
        store.write(record(**changes))
    assert files(store.folder) == []


def test_a_number_that_is_not_finite_is_not_written(store: Store) -> None:
    with pytest.raises(ValueError, match="Out of range float values"):
        store.write(record(results=Results(final={"test_loss": float("nan")})))
    assert files(store.folder) == []


def test_a_record_that_would_be_too_large_to_be_read_is_not_written(store: Store) -> None:
    large = replace(make_record(outcome="crashed"), reason="x" * 2**26)
    assert refused(store.write, large).startswith(f"the record of trial {large.id} of digits_mlp would have 67,1")
    assert files(store.folder) == []


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_is_cut_off_leaves_what_was_there(
    step: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.path(store.write(record()).id)
    before = path.read_bytes()

    def cut(*arguments: Any, **keywords: Any) -> None:
        raise Interrupted

    monkeypatch.setattr(os, step, cut)
    monkeypatch.setattr(os, "link", os.link if step == "fsync" else cut)
    for number in (0, 1):
        with pytest.raises(Interrupted):
            store.write(record(number, reason="another"))
    assert path.read_bytes() == before
    assert files(store.folder) == [str(path.relative_to(store.folder))]


def test_the_new_file_is_safe_on_disk_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, replace, link = os.fsync, os.replace, os.link
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append(f"fsync {os.fstat(handle).st_size}"), sync(handle))[1])
    for name, call in (("replace", replace), ("link", link)):
        monkeypatch.setattr(
            os, name, lambda source, to, _call=call, **more: (done.append(f"name {to}"), _call(source, to, **more))[1]
        )
    write_whole(tmp_path / "a.json", b"12345")
    assert done == ["fsync 5", "name a.json"]
    write_whole(tmp_path / "a.json", b"1234567")
    assert (done[2], done[-1]) == ("fsync 7", "name a.json")


def test_names_are_on_the_disk_before_a_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all folders that are new, and of the one that holds the record; a batch keeps each of its folders once."""
    kept: list[str] = []
    sync = os.fsync

    def synced(handle: int) -> None:
        path = os.readlink(f"/proc/self/fd/{handle}")
        if os.path.isdir(path):
            kept.append(os.path.relpath(path, tmp_path))
        sync(handle)

    monkeypatch.setattr(os, "fsync", synced)
    store = Store(tmp_path / "new" / "results")
    assert kept == ["new/results", "new", "."]
    kept.clear()
    first = store.write(record())
    assert kept == ["new/results/trials", f"new/results/trials/{first.id[:2]}"]
    kept.clear()
    others = [record(number) for number in range(1, 40)]
    store.write_all(others)
    folders = {one.id[:2] for one in others}
    assert Counter(kept) == {
        **{f"new/results/trials/{name}": 1 for name in folders},
        "new/results/trials": len(folders - {first.id[:2]}),
    }


def test_a_drive_that_keeps_no_folders_takes_records_and_one_that_fails_does_not(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def fails(number: int) -> None:
        def synced(handle: int) -> None:
            if os.path.isdir(f"/proc/self/fd/{handle}"):
                raise OSError(number, os.strerror(number))
            sync(handle)

        monkeypatch.setattr(os, "fsync", synced)

    fails(errno.EINVAL)
    written = store.write_all([record(number) for number in range(3)])
    assert all(isinstance(one, Record) for one in written)
    fails(errno.EIO)
    assert "Input/output error" in refused(store.write, record(0, reason="another"))
    several = [record(number, reason="another") for number in range(3)]
    assert all("Input/output error" in str(one) for one in store.write_all(several))


def test_what_a_power_cut_leaves_behind_is_no_record(store: Store) -> None:
    path = store.path(store.write(record()).id)
    (path.parent / f".{path.name}.abc123").write_text("{", encoding="utf-8")
    assert store.ids() == list(store.read_all()) == [path.stem]


# Damaged records


def damaged(store: Store, text: str | bytes) -> Path:
    path = store.path(store.write(record()).id)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_record_cut_in_half_is_named_and_left_alone_and_the_others_are_read(store: Store) -> None:
    path = store.path(store.write(record()).id)
    store.write(record(1))
    half = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(half)
    damaged: list[Damage] = []
    assert list(store.read_all(damaged)) == [record(1).id]
    (line,) = map(str, damaged)
    assert line.startswith(f"trials/{path.parent.name}/{path.name} is not whole JSON (")
    assert len(line) <= 240
    with pytest.raises(DamagedRecord) as caught:
        store.read(record().id)
    assert str(caught.value).startswith(f"the record {path} is not whole JSON (")
    assert str(caught.value).endswith(
        f"). Nothing was changed. `benchsuite doctor --results {store.folder} --set-aside` {CURE}"
    )
    assert path.read_bytes() == half
    path.unlink()  # a cure
    assert list(store.read_all()) == [record(1).id]


def test_without_a_list_for_them_the_first_bad_file_is_an_error(store: Store) -> None:
    path = damaged(store, "[]")
    assert refused(store.read_all) == (
        f"{store.folder}: trials/{path.parent.name}/{path.name} does not follow the format: top level: must be an object "
        f"whose format is 1 to 2. `benchsuite doctor --results {store.folder} --set-aside` {CURE}"
    )


def said(store: Store) -> str:
    """What is said of the only bad file."""
    found: list[Damage] = []
    store.read_all(found)
    (one,) = found
    assert "\n" not in str(one)
    return str(one)


@pytest.mark.parametrize(
    "text",
    ["", b"\xff\xfe", b"\x00" * 100, "[" * 100_000, json.dumps(make_json()) + "}", json.dumps(make_json()) + "\x00",
     "\ufeff" + json.dumps(make_json()), json.dumps(make_json()).encode("utf-16"), b"\x1f\x8b" + b"x" * 99],
    ids=["empty", "bytes", "zeros", "deep", "trailing", "trailing zero", "bom", "utf-16", "gzip"],
)  # fmt: skip
def test_a_record_of_anything_else_is_not_whole_json(text: str | bytes, store: Store) -> None:
    path = damaged(store, text)
    assert said(store).startswith(f"trials/{path.parent.name}/{path.name} is not whole JSON (")


def test_a_newer_format_says_that_benchsuite_must_be_upgraded(store: Store) -> None:
    path = damaged(store, json.dumps(make_json() | {"format": FORMAT + 1, "new": "field"}))
    newer = (
        f"has format {FORMAT + 1}; this benchsuite reads up to {FORMAT}. "
        "Upgrade benchsuite, or use another --results folder"
    )
    assert said(store) == f"trials/{path.parent.name}/{path.name} {newer}"
    with pytest.raises(BenchsuiteError) as caught:
        store.read(path.stem)
    assert str(caught.value) == f"the record {path} {newer}. Nothing was changed."
    assert type(caught.value) is BenchsuiteError  # nobody sets it aside


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"format": 0}, "top level: must be an object whose format is 1 to 2"),
        ({"outcome": "fine"}, "outcome: Input should be 'completed', "),
        ({"curves": {"train_loss": "x"}}, "curves: must be an object of lists of numbers"),
        ({"surprise": 1}, "surprise: Unexpected keyword argument"),
        ({"spec": []}, "spec: Input should be a valid dictionary"),
        ({"\x1b[2J\n": 1}, "\\x1b[2J\\n: Unexpected keyword argument"),
        ({"x" * 10_000: 1}, "x" * 40),
    ],
)
def test_a_field_that_is_wrong_is_named(changes: dict[str, Any], where: str, store: Store) -> None:
    path = damaged(store, json.dumps(make_json() | changes))
    line = said(store)
    assert line.startswith(f"trials/{path.parent.name}/{path.name} does not follow the format: {where}")
    assert len(line) <= 240


@pytest.mark.parametrize("field", ["id", "spec", "outcome", "costs", "environment", "task", "made_by"])
def test_a_field_that_is_missing_is_named(field: str, store: Store) -> None:
    broken = make_json()
    del broken[field]
    damaged(store, json.dumps(broken))
    assert said(store).endswith(f" does not follow the format: {field}: Field required")


def test_a_record_under_the_name_of_another_is_refused(store: Store) -> None:
    damaged(store, json.dumps(make_json(seed=1)))
    assert said(store).endswith(f" holds trial {record(1).id}, which its name does not say")


def test_a_record_whose_spec_was_changed_is_refused(store: Store) -> None:
    changed = make_json()
    changed["spec"]["epochs"] = 1
    path = damaged(store, json.dumps(changed))
    assert said(store).endswith(f" holds another spec than that of trial {path.stem}")


# What lies in the place of a record, and is no file


def socket_at(path: Path) -> None:
    where = os.getcwd()
    os.chdir(path.parent)  # the name of a socket may have 107 letters
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(where)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (os.mkfifo, "is a pipe"),
        (Path.mkdir, "is a folder"),
        (socket_at, "is a socket"),
        (lambda path: path.symlink_to("/dev/zero"), "is a link, and links are not followed"),
        (lambda path: path.symlink_to("nowhere"), "is a link, and links are not followed"),
        (lambda path: path.symlink_to(path), "is a link, and links are not followed"),
    ],
)
def test_what_is_no_file_is_named_and_stops_nobody(make: Any, what: str, store: Store) -> None:
    path = store.path(store.write(record()).id)
    store.write(record(1))
    path.unlink()
    make(path)
    signal.alarm(20)  # ends this process, should it wait for a writer to a pipe
    assert said(store) == f"trials/{path.parent.name}/{path.name} {what}"
    assert store.ids() == [record(1).id]
    with pytest.raises(DamagedRecord) as caught:
        store.read(path.stem)
    assert str(caught.value).startswith(f"the record {path} {what}. Nothing was changed. ")
    assert store.state()
    signal.alarm(0)


def test_a_link_to_a_good_record_is_no_record_and_neither_is_one_below_a_linked_folder(store: Store) -> None:
    path = store.path(store.write(record()).id)
    elsewhere = store.folder / "elsewhere.json"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert said(store).endswith("is a link, and links are not followed")
    path.unlink()
    elsewhere.rename(path)
    path.parent.rename(store.folder / "elsewhere")
    path.parent.symlink_to(store.folder / "elsewhere")
    link = f"trials/{path.parent.name}"
    assert said(store) == f"{link} is a link, and links are not followed"
    assert refused(store.read, path.stem) == (
        f"the record {store.folder / link} is a link, and links are not followed. Nothing was changed."
    )


def test_a_file_without_end_is_not_read(store: Store) -> None:
    path = store.path(store.write(record()).id)
    with path.open("ab") as file:
        file.truncate(10 * 2**40)
    assert said(store).endswith("has 10,995,116,277,760 bytes, more than the 67,108,864 that are read")


def test_a_file_that_may_not_be_read_is_named_and_is_no_damage(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store.path(store.write(record()).id)
    store.write(record(1))
    opened = os.open

    def forbidden(where: Any, *arguments: Any, **keywords: Any) -> int:
        if str(where) == str(path):
            raise PermissionError(errno.EACCES, "Permission denied")  # tests may run as root
        return opened(where, *arguments, **keywords)

    monkeypatch.setattr(os, "open", forbidden)
    assert said(store) == f"trials/{path.parent.name}/{path.name} cannot be read: Permission denied"
    assert (
        refused(store.read, path.stem) == f"the record {path} cannot be read: Permission denied. Nothing was changed."
    )


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("{other}/{id}.json", "lies in the wrong folder: its id begins with {own}"),
        ("{own}/._{id}.json", "is what macOS keeps of a file elsewhere, and no record"),
        ("{own}/{ID}.json", "is a file, and its name is not that of a record"),
        ("{own}/{id}.json.bak", "is a file, and its name is not that of a record"),
        ("{own}/{id}", "is a file, and its name is not that of a record"),
        ("{own}/\x1b[2J\n", "is a file, and its name is not that of a record"),
        ("{id}.json", "is a file, and its name is not that of a record"),
        ("zz/{id}.json", "is a folder that holds no records"),
        ("{own}x/{id}.json", "is a folder that holds no records"),
    ],
)
def test_a_file_that_is_named_or_placed_otherwise_is_no_record_and_overrides_none(
    name: str, what: str, store: Store
) -> None:
    path = store.path(store.write(record()).id)
    words = {"id": path.stem, "ID": path.stem.upper(), "own": path.parent.name, "other": "00"}
    stray = store.trials / name.format(**words)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"mine" if "bak" in name else path.read_bytes())
    damaged: list[Damage] = []
    assert list(store.read_all(damaged)) == [path.stem]
    (line,) = map(str, damaged)
    shown = stray.parent if "no records" in what else stray
    assert line == f"trials/{shown.relative_to(store.trials)} ".encode("unicode_escape").decode() + what.format(**words)
    assert store.ids() == [path.stem]


def test_what_is_being_written_and_what_file_managers_leave_is_nobodys_business(store: Store) -> None:
    path = store.path(store.write(record()).id)
    for name in (f".{path.name}.abc123", ".DS_Store", "Thumbs.db"):
        (path.parent / name).write_bytes(b"")
    assert list(store.read_all()) == [path.stem]  # without a list: nothing is wrong


def test_of_many_bad_files_ten_are_named(store: Store) -> None:
    found = [Damage(f"trials/{number}", "is bad") for number in range(300)]
    told = some_of(found, store.folder)
    assert told[:2] == ["trials/0 is bad", "trials/1 is bad"]
    assert told[10:] == [f"… and 290 more: benchsuite doctor --results {store.folder}"]
    assert some_of(found[:10], store.folder) == told[:10]


def test_what_is_set_aside_is_kept_with_all_that_lay_beside_it(store: Store) -> None:
    for number in range(2):
        path = damaged(store, f"no record {number}")
        beside = extra_file(store.extras.weights, path.stem)
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(b"weights")
        with pytest.raises(DamagedRecord) as caught:
            store.read(path.stem)
        assert store.set_aside_damaged(caught.value.damage, path.stem) == f"damaged/trials-{path.stem}-{number}.json"
    assert files(store.folder) == sorted(
        f"damaged/{what}-{path.stem}-{number}.{ending}"
        for number in range(2)
        for what, ending in (("trials", "json"), ("weights", "npz"))
    )
    assert (store.folder / f"damaged/trials-{path.stem}-0.json").read_text(encoding="utf-8") == "no record 0"


# Folders that cannot be used


def test_a_file_in_place_of_the_results_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "results"
    place.write_text("mine", encoding="utf-8")
    for folder in (place, place / "deeper"):
        assert refused(Store, folder) == (
            f"cannot write to the results folder {folder}: Not a directory. Choose another with --results DIR."
        )
    assert place.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*arguments: Any, **keywords: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("benchsuite.drafts._open", forbidden)  # tests may run as root, whom nothing is forbidden
    assert refused(Store, tmp_path) == (
        f"cannot write to the results folder {tmp_path}: Permission denied. Choose another with --results DIR."
    )


def test_looking_creates_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "results", create=False)
    assert store.read_all() == {}
    assert list(tmp_path.iterdir()) == []


FULL = OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_one_line_and_costs_no_record(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = store.path(store.write(record()).id)

    def full(handle: int) -> None:
        raise FULL

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        message = refused(store.write, record(1))
    assert message == (
        f"cannot write {store.path(record(1).id)}: No space left on device. All records written so far are whole. "
        "Free some space and run the same command again."
    )
    assert files(store.folder) == [str(first.relative_to(store.folder))]
    store.write(record(1))
    assert len(store.read_all()) == 2


@pytest.mark.parametrize(("owner", "call"), [(Folder, "open"), (os, "pwrite"), (Folder, "sweep")])
def test_a_disk_that_is_full_before_the_run_begins_is_one_line(
    owner: Any, call: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **keywords: Any) -> None:
        raise FULL

    monkeypatch.setattr(owner, call, full)
    with pytest.raises(BenchsuiteError, match=r"^cannot write .*: No space left on device\. "), store.locked():
        pass


def test_another_failure_says_to_mend_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    assert refused(store.write, record()).endswith(
        "Input/output error. All records written so far are whole. Mend that and run the same command again."
    )


# One writer


HOLD = """
import sys
from pathlib import Path
from benchsuite.store import Store
with Store(Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(store: Store) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_two_runs_on_one_folder_are_refused_and_the_second_may_follow(
    store: Store, holder: subprocess.Popen[str]
) -> None:
    with pytest.raises(BenchsuiteError) as caught, store.locked():
        pytest.fail("two processes hold one folder")
    assert str(caught.value) == (
        f"another run (process {holder.pid}) is writing to {store.folder}. "
        "Wait for it, stop it, or choose another folder with --results DIR."
    )
    with pytest.raises(BenchsuiteError, match=rf"process {holder.pid}\)"), store.locked():
        pass  # the refused run did not spoil the holder's name
    holder.kill()  # however it ends
    holder.wait()
    with store.locked():
        assert (store.folder / ".lock").read_text(encoding="utf-8") == str(os.getpid())


def test_the_lock_is_free_again_after_an_error(store: Store) -> None:
    with pytest.raises(Interrupted), store.locked():
        raise Interrupted
    with store.locked():
        pass


# What was lost


def take_folder(store: Store) -> None:
    shutil.rmtree(store.folder)


def move_folder(store: Store) -> None:
    store.folder.rename(store.folder.with_name("moved"))


def replace_folder(store: Store) -> None:
    move_folder(store)
    Store(store.folder).write(record())


def take_trials(store: Store) -> None:
    shutil.rmtree(store.trials)


def replace_trials(store: Store) -> None:
    store.trials.rename(store.folder / "away")
    Store(store.folder)


@pytest.mark.parametrize(
    ("change", "what", "lost"),
    [
        (take_folder, "", 3),
        (move_folder, "", 3),
        (replace_folder, "", 2),
        (take_trials, "trials", 3),
        (replace_trials, "trials", 3),
    ],
)
def test_a_folder_that_goes_during_a_run_is_missed_and_not_made_again(
    change: Any, what: str, lost: int, store: Store
) -> None:
    here = f"{store.folder / what if what else store.folder} was deleted, moved or replaced meanwhile"
    with store.locked():
        ids = [store.write(record(seed)).id for seed in range(3)]
        store.check(ids)
        change(store)
        before = files(store.folder.parent)
        assert refused(store.write, record(3)) == (
            f"cannot write {store.path(record(3).id)}: {here}. All records written so far are whole. "
            "Mend that and run the same command again."
        )
        assert refused(store.set_aside, ids[0]).startswith(f"cannot write {store.folder / 'stale'}: {here}.")
        probes = {"spec": {}, "layers": [], "epochs": [], "measures": {}}
        assert here in refused(store.extras.write_probes, ids[0], probes)
        assert here in refused(store.extras.discard, ids[0])
        assert refused(store.check, ids) == (
            f"{here}: {lost} of the 3 records of this study are lost. "
            "Put back what was there, or run the same command again to make it anew."
        )
        assert files(store.folder.parent) == before


def test_a_single_record_that_goes_during_a_run_is_missed(store: Store) -> None:
    with store.locked():
        ids = [store.write(record(seed)).id for seed in range(3)]
        store.path(ids[1]).unlink()
        assert refused(store.check, ids) == (
            f"something deleted files from {store.trials} meanwhile: 1 of the 3 records of this study is lost. "
            "Put back what was there, or run the same command again to make it anew."
        )
        store.check([ids[0], ids[2]])


# Links


@pytest.mark.parametrize(
    ("name", "folder"),
    [("trials/{0}", True), ("trials/{0}/{1}.json", False), ("stale", True), ("probes", True), ("weights/{0}", True)],
)
@pytest.mark.parametrize("dangling", [False, True], ids=["there", "dangling"])
def test_nothing_in_a_results_folder_is_written_or_deleted_through_a_link(
    name: str, folder: bool, dangling: bool, store: Store, tmp_path: Path
) -> None:
    one = record()
    link = store.folder / name.format(one.id[:2], one.id)
    elsewhere = tmp_path / "elsewhere"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    if not dangling and folder:
        elsewhere.mkdir()
        (elsewhere / f"{one.id}.npz").write_bytes(b"theirs")
    elif not dangling:
        elsewhere.write_bytes(b"theirs")
    before = files(tmp_path)
    if name.startswith("trials"):
        said = refused(store.write, one)
    elif name == "stale":
        store.write(one)
        said = refused(store.set_aside, one.id)
        store.path(one.id).unlink()
    elif name == "probes":
        said = refused(store.extras.write_probes, one.id, {"layers": [], "epochs": [], "measures": {}})
    else:
        said = refused(store.extras.discard, one.id)
    assert f": {link} is a symbolic link, and nothing in a results folder is written through one. All records" in said
    assert files(tmp_path) == before
    assert link.is_symlink()


def test_a_folder_of_trials_that_is_a_link_is_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "trials").symlink_to(tmp_path / "elsewhere")
    assert refused(Store, tmp_path / "results") == (
        f"cannot write to the results folder {tmp_path / 'results'}: {tmp_path / 'results' / 'trials'} is a symbolic link, "
        "and nothing in a results folder is written through one. Choose another with --results DIR."
    )


def test_a_results_folder_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "results").symlink_to(tmp_path / "disk")
    store = Store(tmp_path / "results")
    with store.locked():
        store.write(record())
        store.set_aside(record().id)
        store.write(record())
        store.check([record().id])
    assert len(files(tmp_path / "disk")) == 3


# Stale records


def test_two_processes_that_set_aside_never_choose_one_name(store: Store) -> None:
    """Each holds no more than the name that it made."""
    ids = [store.write(record(seed)).id for seed in range(4)]
    names: list[str] = []
    together = threading.Barrier(4)

    def reserve() -> None:
        for _ in range(10):
            together.wait(timeout=30)
            names.append(Store(store.folder)._reserve(ids[0]))

    threads = [threading.Thread(target=reserve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names) == sorted(f"stale/{ids[0]}-{number}.json" for number in range(40))


def test_set_aside_loses_nothing(store: Store) -> None:
    for number in range(3):
        store.write(record(reason=f"run {number}"))
        store.set_aside(record().id)
    assert store.read_all() == {}
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (store.folder / "stale").iterdir()]
    assert sorted(one["reason"] for one in kept) == ["run 0", "run 1", "run 2"]


def test_set_aside_overwrites_nothing_when_an_older_one_was_deleted(store: Store) -> None:
    for number in range(2):
        store.write(record(reason=f"run {number}"))
        store.set_aside(record().id)
    (store.folder / "stale" / f"{record().id}-0.json").unlink()
    store.write(record(reason="run 2"))
    store.set_aside(record().id)
    kept = [json.loads(path.read_text(encoding="utf-8"))["reason"] for path in (store.folder / "stale").iterdir()]
    assert sorted(kept) == ["run 1", "run 2"]


def test_set_aside_on_a_full_disk_is_one_line(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store.path(store.write(record()).id)

    def full(*arguments: Any, **keywords: Any) -> None:
        raise FULL

    monkeypatch.setattr(os, "replace", full)
    assert refused(store.set_aside, record().id).startswith(f"cannot write {store.folder / 'stale'}")
    assert files(store.folder) == [str(path.relative_to(store.folder))]


def test_what_was_kept_beside_a_record_that_is_set_aside_goes(store: Store) -> None:
    one, other = record(), record(1)
    for held in (one, other):
        store.write(held)
        store.extras.write_probes(held.id, {"spec": {}, "layers": ["a"], "epochs": [0], "measures": {"m": [[1.0]]}})
        for folder in (store.extras.weights, store.extras.predictions):
            extra_file(folder, held.id).parent.mkdir(parents=True, exist_ok=True)
            extra_file(folder, held.id).write_bytes(b"x")
    store.set_aside(one.id)
    assert [name for name in files(store.folder) if one.id in name] == [f"stale/{one.id}-0.json"]
    assert len([name for name in files(store.folder) if other.id in name]) == 4
