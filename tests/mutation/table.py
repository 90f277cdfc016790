"""Which tests are to catch the mutants of which module: the fast ones that name it, never the whole suite."""

from __future__ import annotations

ANALYSIS = "benchsuite/analysis"
ENGINE = "benchsuite/engine"

TESTS: dict[str, tuple[str, ...]] = {
    f"{ANALYSIS}/intervals.py": ("tests/analysis/test_intervals.py",),
    f"{ANALYSIS}/folds.py": ("tests/analysis/test_folds.py", "tests/analysis/test_leaderboard.py"),
    f"{ANALYSIS}/entries.py": ("tests/analysis/test_leaderboard.py", "tests/analysis/test_folds.py"),
    f"{ANALYSIS}/leaderboard.py": ("tests/analysis/test_leaderboard.py", "tests/analysis/test_folds.py"),
    f"{ANALYSIS}/grids.py": ("tests/analysis/test_grids.py",),
    f"{ANALYSIS}/measures.py": ("tests/analysis/test_measures.py",),
    f"{ANALYSIS}/mixtures.py": ("tests/analysis/test_mixtures.py",),
    f"{ANALYSIS}/range_test.py": ("tests/analysis/test_range_test.py",),
    f"{ANALYSIS}/settings.py": ("tests/analysis/test_settings.py", "tests/analysis/test_leaderboard.py"),
    f"{ANALYSIS}/frames.py": ("tests/test_archive.py",),
    f"{ANALYSIS}/probes.py": ("tests/report/site/test_probes.py",),
    f"{ANALYSIS}/sample.py": (
        "tests/analysis/test_leaderboard.py",
        "tests/analysis/test_folds.py",
        "tests/analysis/test_tuned_boards.py",
    ),
    f"{ENGINE}/results.py": ("tests/engine/test_results.py",),
    f"{ENGINE}/seeds.py": ("tests/engine/test_seeds.py",),
    f"{ENGINE}/step_plan.py": ("tests/engine/test_schedules.py", "tests/engine/test_seeds.py"),
    f"{ENGINE}/epochs.py": ("tests/engine/test_results.py", "tests/engine/program/test_program.py"),
    f"{ENGINE}/fed/number.py": ("tests/engine/fed/test_number.py",),
    f"{ENGINE}/fed/feeding.py": ("tests/engine/fed/test_number.py", "tests/engine/fed/test_finding.py"),
    f"{ENGINE}/fed/likeness.py": ("tests/engine/fed/test_likeness.py",),
    "benchsuite/noise.py": ("tests/engine/test_noise.py",),
    "benchsuite/execution/forecast.py": ("tests/execution/test_forecast.py", "tests/execution/test_cells.py"),
    "benchsuite/execution/cells.py": ("tests/execution/test_cells.py",),
    "benchsuite/cli/pace.py": ("tests/cli/test_pace.py",),
    "plugins/schedules/cosine.py": ("tests/plugins/test_schedules.py",),
    "plugins/schedules/warmup.py": ("tests/plugins/test_schedules.py",),
    "plugins/schedules/reduce_on_plateau.py": ("tests/plugins/test_schedules.py",),
    "plugins/losses/huber.py": ("tests/plugins/test_losses.py",),
    "plugins/losses/cross_entropy.py": ("tests/plugins/test_losses.py",),
    "plugins/initializers/orthogonal.py": ("tests/plugins/test_initializers.py",),
    "plugins/preprocessings/standardize.py": ("tests/plugins/test_preprocessings.py",),
    "plugins/gradient_transforms/clip_norm.py": ("tests/plugins/test_gradient_transforms.py",),
    "plugins/optimizers/lion.py": ("tests/plugins/test_keras_optimizers.py", "-k", "lion"),
    "plugins/optimizers/lamb.py": ("tests/plugins/test_keras_optimizers.py", "-k", "lamb"),
}
"""Module → test files, and options of pytest."""
