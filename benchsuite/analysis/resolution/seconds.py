"""What one trial costs on one core, as far as a busy machine lets it be known: processor time where the core was shared."""

from __future__ import annotations

from benchsuite.record import Record


def own_seconds(record: Record) -> float | None:
    """Return the seconds of training and evaluating that a trial needs of one core; ``None`` where it did not get to its end.

    Training: steps · time of a step · min(1, processor time ÷ wall time), the latter two of those epochs in which it had its
    core to itself (all, where these are few): on a quiet core that is what passed, on a busy one what the trial itself used.
    Evaluation, whose processor time nobody measured, is taken to have been held up as training was.

    Args:
        record: Of a trial; one that trained beside others in lanes has no time of its own.
    """
    costs, steps = record.costs, record.curves.get("step")
    if not record.outcome.finished or costs.train_seconds is None or costs.lanes is not None:
        return None
    if costs.step_milliseconds is None or steps is None or not len(steps):
        return None
    share = min(1.0, 1.0 if costs.cpu_share is None else costs.cpu_share)
    training = min(costs.train_seconds, float(steps[-1]) * costs.step_milliseconds / 1000 * share)
    held_up = training / costs.train_seconds if costs.train_seconds > 0 else 1.0
    return training + (costs.evaluate_seconds or 0.0) * held_up


def compile_seconds(record: Record) -> float | None:
    """Return the seconds of building, tracing and compiling a trial's program.

    ``None`` where the program served another trial before, or compiled code was found on the disk: both hide what it takes.
    """
    costs = record.costs
    return None if costs.program_reused is not False or costs.functions_loaded else costs.compile_seconds
