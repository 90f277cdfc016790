"""Which tests are to catch the mutants of which module: the fast ones that name it, never the whole suite."""

from __future__ import annotations

ANALYSIS = "benchsuite/analysis"
ENGINE = "benchsuite/engine"
PROGRAM = "tests/engine/program"
NETWORK = "tests/engine/network"


def of(file: str, *tests: str) -> tuple[str, ...]:
    """Return the names of some tests of a file as pytest has them."""
    return tuple(f"{file}::test_{test}" for test in tests)


TOGETHER = of(
    "tests/engine/lanes/test_together.py",
    "why_a_program_cannot_be_vectorized_is_one_line_of_what_tensorflow_says",
    "what_many_lanes_take_together_is_shared_by_those_that_train",
    "a_trial_gives_the_same_bits_alone_with_others_and_in_another_lane",
    "a_lane_gives_what_the_program_of_one_trial_gives",
    "what_is_compiled_for_all_lanes_counts_once",
    "what_cannot_be_vectorized_trains_alone_and_says_why",
)
BLOCKS = of(
    "tests/engine/network/test_blocks.py",
    "each_block_has_the_layers_of_its_recipe_under_its_own_name",
    "a_bias_is_dropped_where_the_normalization_replaces_it",
    "a_normalization_may_stand_after_the_activation",
    "an_lstm_keeps_its_bias_and_normalizes_inside",
    "a_kernel_is_filled_by_the_initializer_and_found_by_penalties_under_its_normalization",
)
FOUND = ("tests/engine/fed/test_finding.py", "-k", "not another_value_in_a_used_session")
"""Without the trials that train."""


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
    f"{ENGINE}/step_plan.py": ("tests/engine/test_step_plan.py", "tests/engine/test_schedules.py"),
    f"{ENGINE}/epochs.py": ("tests/engine/test_epochs.py",),
    f"{ENGINE}/ending.py": (
        "tests/engine/test_ending.py",
        *of(f"{PROGRAM}/test_program.py", "nan_at_step_three_stops_there", "memory_error_is_out_of_memory"),
    ),
    f"{ENGINE}/keep.py": ("tests/engine/test_keep.py",),
    f"{ENGINE}/kept_data.py": ("tests/engine/test_kept_data.py",),
    f"{ENGINE}/cache.py": ("tests/engine/test_cache.py",),
    f"{ENGINE}/ingredients.py": (
        *of(
            f"{PROGRAM}/test_regularization.py",
            "an_unfinished_object_is_told_what_it_lacks",
            "two_averages_are_unsupported",
            "batches_are_changed_in_training_and_never_at_evaluation",
        ),
        *of(f"{PROGRAM}/test_program.py", "wrong_object_from_make_says_what_is_missing"),
        *of(f"{NETWORK}/test_masks.py", "where_there_are_no_branches_stochastic_depth_is_unsupported"),
    ),
    f"{ENGINE}/session.py": (
        "tests/engine/test_ending.py",
        "tests/engine/test_stop.py",
        *of(f"{PROGRAM}/test_program.py", "a_method_for_full_batches_is_unsupported_on_mini_batches"),
        *of(
            "tests/engine/test_known_programs.py", "a_program_that_is_known_gives_the_same_bits_without_a_trace[graph]"
        ),
        *of("tests/engine/test_first_look.py", "a_broken_promise_is_the_outcome_of_every_trial"),
    ),
    f"{ENGINE}/numerics.py": ("tests/engine/test_numerics.py",),
    f"{ENGINE}/few_examples.py": ("tests/engine/test_few_examples.py",),
    f"{ENGINE}/range_test.py": of(
        "tests/cli/test_lr_range.py",
        "a_range_test_repeats_bit_for_bit",
        "an_optimizer_without_a_learning_rate_is_refused",
        "the_stable_limit_of_a_quadratic_shows",
    ),
    f"{ENGINE}/redrawn.py": ("tests/engine/test_redrawn.py",),
    f"{ENGINE}/specimen.py": ("tests/engine/test_specimen.py",),
    f"{ENGINE}/specimen_run.py": ("tests/engine/test_specimen.py",),
    f"{ENGINE}/trace.py": ("tests/engine/test_trace.py",),
    f"{ENGINE}/state.py": ("tests/engine/test_state.py",),
    f"{ENGINE}/device.py": ("tests/engine/test_device.py",),
    f"{ENGINE}/cards.py": ("tests/engine/test_cards.py",),
    f"{ENGINE}/compiled/folder.py": ("tests/engine/compiled/test_folder.py",),
    f"{ENGINE}/fed/number.py": ("tests/engine/fed/test_number.py",),
    f"{ENGINE}/fed/feeding.py": ("tests/engine/fed/test_number.py", "tests/engine/fed/test_finding.py"),
    f"{ENGINE}/fed/finding.py": ("tests/engine/fed/test_finding.py", "tests/engine/fed/test_known.py"),
    f"{ENGINE}/fed/known.py": ("tests/engine/fed/test_known.py",),
    f"{ENGINE}/fed/likeness.py": ("tests/engine/fed/test_likeness.py",),
    f"{ENGINE}/fed/swapping.py": ("tests/engine/fed/test_swapping.py", *FOUND),
    f"{ENGINE}/fed/tried.py": ("tests/engine/fed/test_tried.py", *FOUND),
    f"{ENGINE}/lanes/converters.py": (
        "tests/engine/lanes/test_converters.py",
        "tests/engine/lanes/test_threefry.py",
    ),
    f"{ENGINE}/lanes/group.py": TOGETHER,
    f"{ENGINE}/lanes/program.py": TOGETHER,
    f"{ENGINE}/lanes/together.py": TOGETHER,
    f"{ENGINE}/lanes/threefry.py": ("tests/engine/lanes/test_threefry.py",),
    f"{ENGINE}/network/attention.py": (f"{NETWORK}/test_attention.py",),
    f"{ENGINE}/network/blocks.py": BLOCKS,
    f"{ENGINE}/network/assembly.py": BLOCKS,
    f"{ENGINE}/network/initial.py": (
        f"{NETWORK}/test_initial.py",
        *of(f"{PROGRAM}/test_generators.py", "an_initializer_without_a_seed_is_the_trials"),
        *BLOCKS,
    ),
    f"{ENGINE}/network/linear.py": BLOCKS,
    f"{ENGINE}/network/lookup.py": (f"{NETWORK}/test_lookup.py",),
    f"{ENGINE}/network/pooling.py": (f"{NETWORK}/test_pooling.py",),
    f"{ENGINE}/network/recurrent.py": (f"{NETWORK}/test_recurrent.py",),
    f"{ENGINE}/program/canonical.py": (f"{PROGRAM}/test_canonical.py",),
    f"{ENGINE}/program/evaluation.py": (
        f"{PROGRAM}/test_evaluation.py",
        *of(f"{PROGRAM}/test_feed.py", "streamed_data_give_the_same_bits"),
        f"{PROGRAM}/test_metrics.py",
    ),
    f"{ENGINE}/program/evaluation_weights.py": (
        *of(f"{PROGRAM}/test_program.py", "evaluation_weights_are_used_and_put_back"),
        *of(
            f"{PROGRAM}/test_regularization.py",
            "ema_evaluates_with_the_average_of_the_path_and_statistics_of_its_own",
            "swa_averages_the_ends_of_the_last_epochs",
        ),
        *of("tests/engine/lanes/test_together.py", "averaged_weights_of_a_lane_have_statistics_of_their_own"),
    ),
    f"{ENGINE}/program/feed.py": (f"{PROGRAM}/test_feed.py",),
    f"{ENGINE}/program/objective.py": (
        *of(f"{PROGRAM}/test_reference.py", "momentum_with_l2_follows_numpy"),
        *of(
            f"{PROGRAM}/test_regularization.py",
            "every_call_of_a_closure_sees_the_same_batch",
            "a_loss_that_takes_no_distributions_is_unsupported",
        ),
        *of(f"{PROGRAM}/test_program.py", "the_curvature_of_a_closure_is_that_of_differences_of_its_gradients"),
    ),
    f"{ENGINE}/program/optimizer.py": (
        *of(f"{PROGRAM}/test_reference.py", "momentum_with_l2_follows_numpy"),
        *of(
            f"{PROGRAM}/test_program.py",
            "evaluation_weights_are_used_and_put_back",
            "a_closure_step_without_a_move_is_sgd",
            "state_that_starts_from_the_weights_is_reset_to_the_fresh_weights",
            "a_rate_that_is_baked_elsewhere_gets_a_program_of_its_own",
        ),
        *of(f"{PROGRAM}/test_keras_trainer.py", "averages_of_two_owners_are_refused"),
        *of(
            f"{PROGRAM}/test_regularization.py",
            "two_averages_are_unsupported",
            "swa_averages_the_ends_of_the_last_epochs",
        ),
    ),
    f"{ENGINE}/program/own_chance.py": (f"{PROGRAM}/test_generators.py",),
    f"{ENGINE}/program/probes.py": (f"{PROGRAM}/test_probes.py",),
    f"{ENGINE}/program/program.py": (
        *of(f"{PROGRAM}/test_reference.py", "momentum_with_l2_follows_numpy"),
        *of(
            f"{PROGRAM}/test_program.py",
            "a_used_program_does_not_show_what_ran_before",
            "other_fed_values_do_not",
            "bfloat16_trains_with_float32_variables",
            "a_loss_beyond_the_bound_is_divergence_with_its_step",
        ),
        *of("tests/engine/test_ending.py", "too_little_memory_empties_the_session"),
        *of(
            "tests/engine/fed/test_finding.py",
            "another_value_in_a_used_session_is_what_a_baked_program_gives",
        ),
    ),
    f"{ENGINE}/program/refusals.py": (f"{PROGRAM}/test_refusals.py",),
    f"{ENGINE}/program/settings.py": (f"{PROGRAM}/test_settings.py",),
    f"{ENGINE}/program/training.py": (
        *of(f"{PROGRAM}/test_reference.py", "momentum_with_l2_follows_numpy"),
        *of(f"{PROGRAM}/test_program.py", "a_closure_step_without_a_move_is_sgd", "nan_at_step_three_stops_there"),
        *of(
            f"{PROGRAM}/test_regularization.py",
            "batches_are_changed_in_training_and_never_at_evaluation",
            "every_call_of_a_closure_sees_the_same_batch",
        ),
    ),
    f"{ENGINE}/program/train_call.py": (
        *of(f"{PROGRAM}/test_reference.py", "momentum_with_l2_follows_numpy"),
        *of(f"{PROGRAM}/test_feed.py", "divergence_stops_between_chunks", "streamed_data_give_the_same_bits"),
        *of(
            f"{PROGRAM}/test_regularization.py", "ema_evaluates_with_the_average_of_the_path_and_statistics_of_its_own"
        ),
    ),
    f"{ENGINE}/program/evaluate_call.py": (
        f"{PROGRAM}/test_evaluation.py",
        *of(f"{PROGRAM}/test_reference.py", "momentum_with_l2_follows_numpy"),
        *of(f"{PROGRAM}/test_feed.py", "streamed_data_give_the_same_bits"),
    ),
    f"{ENGINE}/program/unused.py": (f"{PROGRAM}/test_canonical.py",),
    f"{ENGINE}/program/optimizer_checks.py": (
        *of(
            f"{PROGRAM}/test_keras_trainer.py",
            "what_is_no_optimizer_is_told_what_to_return",
            "another_configuration_at_each_call_says_what_differs",
        ),
        *of(f"{PROGRAM}/test_program.py", "wrong_object_from_make_says_what_is_missing"),
    ),
    f"{ENGINE}/program/checks.py": (
        *of(f"{PROGRAM}/test_program.py", "a_loss_for_the_other_targets_is_unsupported"),
        *of(
            f"{PROGRAM}/test_metrics.py",
            "a_metric_that_does_not_fit_is_refused_before_training",
            "a_task_with_a_loss_of_its_own_takes_no_metric_of_outputs",
        ),
        *of(
            "tests/test_bad_data.py",
            *[
                f"broken_data_are_told_in_one_clear_line_before_training[{name}]"
                for name in ("no_such_class", "no_such_code", "other_shape")
            ],
        ),
    ),
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
