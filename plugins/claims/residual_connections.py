"""C13: a plain network of 56 layers trains worse than one of 20, and residual connections cure it.

The notes' case, after He et al. 2016: plain and residual networks of 20 and 56 layers, here fully connected with 32 units on 8
× 8 digits (digits_plain_*, digits_residual_*), with the same optimizer, rate and start for all four, as the paper has it. What
is compared is the *training* loss, since that is the point of the notes: a deeper network that is worse on training examples
too has not overfitted; it could hold the shallow one's layers and the identity, so it is trained badly.

Chosen before any of it ran here: 0.1 nats as the least that counts as worse, a twentieth of what guessing costs; the depth does no harm
where it costs 0.02 nats or less; overfitting would cost on the test part alone, so that half of it on the training part too is none. (At
first as a share of at least 1/2; now, with the same border, as the training loss that is above half of the test loss, since a share
changes its sign with what it is of.) A run that diverged has lost infinitely much. The pages of the tasks showed the training losses of
five seeds before. 25 epochs, half of the tasks' own, for the sake of time.

A look at seven seeds showed how far seeds differ; their number was raised once for that, from 8 to 12, the bounds stayed.

What it does not show: the rate is the best one for 56 plain layers (the task's page says of which three); residual networks
bear larger ones. There is no normalization here, which the paper's networks have.
"""

import math

import benchsuite as bs

SEEDS = 12
EPOCHS = 25
ARMS = {
    f"{kind}_{layers}": bs.Arm(task=f"digits_{kind}_{layers}", knobs={"epochs": EPOCHS})
    for kind in ("plain", "residual")
    for layers in (20, 56)
}


def loss(runs, arm, part="train"):
    """Return a loss after the last epoch; ∞ if the run diverged, NaN if it failed otherwise."""
    run = runs[arm]
    return math.inf if run.outcome == "diverged" else run.final(f"{part}_loss")


def deeper_is_worse(runs):
    """Return the training loss of 56 plain layers less that of 20."""
    return loss(runs, "plain_56") - loss(runs, "plain_20")


def not_overfitted(runs):
    """Return what 56 plain layers lose against 20 on training examples, less half of what they lose on test examples.

    Nats; ∞ if the deep network diverged and the shallow one did not, which no overfitting does.
    """
    on_training = deeper_is_worse(runs)
    if on_training == math.inf:
        return on_training
    return on_training - (loss(runs, "plain_56", "test") - loss(runs, "plain_20", "test")) / 2


def cured(runs):
    """Return the training loss of 56 plain layers less that of 56 residual ones."""
    return loss(runs, "plain_56") - loss(runs, "residual_56")


def harm(runs):
    """Return the training loss of 56 residual layers less that of 20."""
    return loss(runs, "residual_56") - loss(runs, "residual_20")


def part(name, says, effect, because, unit="nats", **bounds):
    """Return a part over the same four arms."""
    evidence = bs.Trained(arms=ARMS, effect=effect, seeds=SEEDS)
    return bs.Part(name=name, says=says, evidence=evidence, because=because, unit=unit, **bounds)


@bs.hookimpl
def register_claims():
    """Register residual_connections."""
    return [
        bs.Claim(
            name="residual_connections",
            number="C13",
            sentence="A network of 56 layers does worse than one of 20 on the training set too, so it has not overfitted: it is not "
            "trained well enough. With residual connections hundreds of layers are easily built.",
            source="Course notes N1, the case of 56 and 20 layers; N2, Solutions to vanishing gradients, Residual networks",
            parts=[
                part(
                    "deeper_trains_worse",
                    "The training loss of 56 plain layers ends at least 0.1 nats above that of 20.",
                    deeper_is_worse,
                    "Guessing costs 2.3 nats; less than a twentieth of it is no failure.",
                    at_least=0.1,
                ),
                part(
                    "it_is_not_overfitting",
                    "Of what 56 plain layers lose on the test part against 20, at least half is lost on the training part too "
                    "(training less half of test).",
                    not_overfitted,
                    "Overfitting would show on the test part alone, and be below 0; at 0 the training part has exactly half.",
                    at_least=0.0,
                ),
                part(
                    "shortcuts_train_better",
                    "With residual connections 56 layers end at least 0.1 nats of training loss below plain ones.",
                    cured,
                    "The same least effect as for the failure.",
                    at_least=0.1,
                ),
                part(
                    "depth_does_no_harm",
                    "With residual connections 56 layers end at most 0.02 nats of training loss above 20.",
                    harm,
                    "A fifth of the least failure is none.",
                    at_most=0.02,
                ),
            ],
            basis="experience",
            depends="On the start and on normalization: He's start alone keeps a signal's size only in expectation, and over 56 narrow "
            "layers chance grows. On the rate, which is the same for all. On when one looked: the seeds were raised from 8 to "
            "12 after a look at seven, which decide as well.",
        )
    ]
