"""Hostile plugins, and what must become of each. What a plugin does is the first line of its file in ``plugins/``."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PLUGINS = Path(__file__).parent / "plugins"

ANY = frozenset({"completed", "diverged", "crashed", "timed_out", "out_of_memory", "unsupported"})
"""Where what becomes of the plugin's own trial is nobody's concern, as long as it ends and costs nobody else."""
TOGETHER, MAIN, ALONE = "together", "main", "alone"
"""In one run with many others; in one with the others that the main process imports too; in a run of its own."""


@dataclass(frozen=True)
class Hostile:
    """A hostile plugin.

    Args:
        name: Of its file.
        ends: How its trial may end: names of outcomes.
        broken: Part of the line that says why the plugin is broken, where it must be.
        quick: Whether the suite tries it too.
        batch: With which others it is tried.
        component: Name of what it registers, unless that of the file; "" for none that is run.
        kind: Of what it registers.
    """

    name: str
    ends: frozenset[str] = ANY
    broken: str = ""
    quick: bool = False
    batch: str = TOGETHER
    component: str | None = None
    kind: str = "optimizer"

    @property
    def selected(self) -> str:
        """What a run is asked for; "" where there is nothing to ask for."""
        return "" if self.broken else self.name if self.component is None else self.component

    @property
    def does(self) -> str:
        """What it does: the first line of its docstring."""
        file = PLUGINS / f"{self.name}.py"
        return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def _only(*outcomes: str) -> frozenset[str]:
    return frozenset(outcomes)


COMPLETED, CRASHED, TIMED_OUT = _only("completed"), _only("crashed"), _only("timed_out")

HOSTILE = (
    # Those that would give other methods other numbers
    Hostile("patches_update_step", quick=True),
    Hostile("patches_default_rng", batch=MAIN, quick=True),
    Hostile("patches_seed_sequence"),
    Hostile("patches_keras_ops"),
    Hostile("patches_tensorflow"),
    Hostile("patches_builtins"),
    Hostile("patches_builtins_at_import", batch=MAIN),
    Hostile("patches_json_at_import", batch=MAIN),
    Hostile("patches_hashes_at_import", batch=MAIN),
    Hostile("patches_benchsuite", quick=True),
    Hostile("patches_benchsuite_at_import", batch=MAIN),
    Hostile("answers_for_others"),
    Hostile("sets_xla_flags_at_import", batch=MAIN, quick=True),
    Hostile("sets_variables_in_make"),
    Hostile("sets_variables_in_update"),
    Hostile("disables_eager", quick=True),
    Hostile("runs_functions_eagerly"),
    Hostile("sets_dtype_policy"),
    Hostile("sets_floatx"),
    Hostile("sets_seeds", COMPLETED),
    Hostile("rounds_upward"),
    Hostile("numpy_raises"),
    Hostile("limits_recursion"),
    Hostile("traces_every_line"),
    Hostile("poisons_modules"),
    Hostile("poisons_modules_at_import", batch=MAIN),
    Hostile("numpy", COMPLETED, component="called_numpy"),
    Hostile("adam", COMPLETED, component="called_adam"),
    # Those that take away what a process has
    Hostile("closes_descriptors", quick=True),
    Hostile("closes_all_descriptors"),
    Hostile("writes_to_descriptors"),
    Hostile("eats_descriptors"),
    Hostile("sets_interval_timer", quick=True),
    Hostile("sets_alarm"),
    Hostile("ignores_signals"),
    Hostile("blocks_signals"),
    Hostile("changes_folder", COMPLETED),
    Hostile("changes_folder_at_import", batch=MAIN),
    Hostile("sets_umask"),
    Hostile("sets_umask_at_import", batch=MAIN),
    Hostile("closes_output_at_import", batch=MAIN),
    Hostile("deletes_temporary_files"),
    Hostile("limits_descriptors"),
    Hostile("limits_processor_time", CRASHED),
    Hostile("limits_file_size"),
    # Those that end badly
    Hostile("exits_at_import", broken="exits_at_import", quick=True),
    Hostile("exits_politely_at_import", broken="SystemExit: 0"),
    Hostile("exits_in_workers", CRASHED, quick=True),
    Hostile("aborts_in_workers", CRASHED),
    Hostile("raises_in_workers", CRASHED),
    Hostile("sleeps_in_workers", TIMED_OUT),
    Hostile("sleeps_at_import", broken="sleeps_at_import"),
    Hostile("raises_at_import", broken="Unspeakable"),
    Hostile("recurses_at_import", broken="RecursionError"),
    Hostile("exits_in_its_hook", broken="exits_in_its_hook"),
    Hostile("exits_zero_in_make", CRASHED, quick=True),
    Hostile("exits_in_make", CRASHED, quick=True),
    Hostile("aborts", CRASHED),
    Hostile("segfault", CRASHED, quick=True),
    Hostile("kills_itself", _only("crashed", "out_of_memory")),
    Hostile("overflows_stack", CRASHED),
    Hostile("recurses", CRASHED),
    Hostile("endless_loop", TIMED_OUT, quick=True),
    Hostile("regex_holds_gil", TIMED_OUT),
    Hostile("sleeps_in_make", TIMED_OUT),
    Hostile("stops_itself"),
    Hostile("raises_in_make", CRASHED, quick=True),
    Hostile("raises_what_cannot_be_shown", CRASHED, quick=True),
    Hostile("raises_100_mb", CRASHED, quick=True),
    Hostile("raises_escape_codes", CRASHED, quick=True),
    Hostile("raises_keyboard_interrupt", CRASHED),
    Hostile("raises_in_a_thread"),
    Hostile("returns_nonsense", CRASHED, quick=True),
    Hostile("nan_at_step_3", _only("diverged"), quick=True),
    Hostile("nan_schedule", CRASHED, quick=True, kind="schedule"),
    Hostile("prints_a_lot", COMPLETED, quick=True),
    Hostile("prints_without_end", TIMED_OUT),
    Hostile("eats_memory", _only("out_of_memory"), quick=True),
    Hostile("eats_memory_slowly", _only("out_of_memory", "crashed")),
    # Those that leave something behind
    Hostile("forks"),
    Hostile("forks_a_daemon", quick=True),
    Hostile("forks_and_dies", CRASHED),
    Hostile("forks_the_deaf"),
    Hostile("forks_at_import", batch=MAIN),
    Hostile("starts_a_program"),
    Hostile("leaves_threads"),
    Hostile("leaves_temporary_files"),
    Hostile("leaves_shared_memory"),
    Hostile("leaves_a_pool"),
    # Those that hit others
    Hostile("kills_group", _only("crashed", "out_of_memory")),
    Hostile("kills_parent"),
    Hostile("stops_parent"),
    Hostile("kills_the_run", batch=ALONE),
    Hostile("interrupts_the_run", batch=ALONE),
    Hostile("stops_the_run", batch=ALONE),
    # Those that register what is none
    Hostile("missing_import", broken="ModuleNotFoundError: No module named 'no_such_package_anywhere'", quick=True),
    Hostile("misspelt_hook", broken="unknown hook 'register_optimisers'. Did you mean 'register_optimizers'? Known: ", quick=True),
    Hostile("syntax_error", broken="SyntaxError: '(' was never closed (syntax_error.py, line 5)", quick=True),
    Hostile("twin_a", component="", quick=True),
    Hostile("twin_b", broken="two plugins claim optimizer 'twin': ./plugins/twin_a.py and ./plugins/twin_b.py. Rename one: ", quick=True),
    Hostile("wrong_return", broken="register_optimizers must return a list of bs.Optimizer. Received: dict.", quick=True),
    Hostile("nan_space", broken="nan_space"),
    Hostile("no_json_space", broken="no_json_space"),
    Hostile("summary_of_no_text", broken="summary_of_no_text"),
    Hostile("registers_nonsense", broken="registers_nonsense"),
    Hostile("ten_thousand", COMPLETED, component="one_of_many_1234"),
    Hostile("huge_docstring", batch=MAIN),
    # Loggers
    Hostile("bad_logger", component="", quick=True),
    Hostile("forks_in_hook", component="", batch=MAIN, quick=True),
    Hostile("raises_what_cannot_be_shown_in_hook", component="", batch=MAIN, quick=True),
    Hostile("changes_records_in_hook", component="", batch=MAIN),
    Hostile("hangs_in_hook", component="", batch=ALONE),
)  # fmt: skip


def placed(hostile: Iterable[Hostile], folder: Path) -> None:
    """Copy plugins into a folder, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for one in hostile:
        shutil.copy(PLUGINS / f"{one.name}.py", folder)
