"""C24: augmentation narrows the gap between training and test part on small data.

Three small training parts that their networks learn by heart. 100 images of mnist5k_few_labels and 300 of mnist5k_mlp, each turned
by up to 15 degrees and moved by up to an eighth of its side at every step (augment_rotate, augment_shift, with the defaults of
the papers); 60 epochs of the first and 100 of the second, with cosine decay, since more kinds of images need more steps, for both
arms. And 1,000 signals of mnist1d_few with noise of 0.3 standard deviations (augment_noise); N0 names noise among the kinds.

The gap is test loss − training loss at the end, both measured on images as they are. What augmentation is for, the test accuracy,
is a part of its own. Nothing is tuned.

The page of mnist5k_few_labels showed a test accuracy of 0.787 with this augmentation and cosine decay against 0.746 without, three seeds,
before the bounds were chosen: that more are right with 100 images is no surprise. The gaps, and the other two tasks, were not known.

What it does not show: large data, where N2 says that new data would be better anyway.
"""

import math

import benchsuite as bs

TURNED = "augment_rotate+augment_shift"
FEW = {"task": "mnist5k_few_labels", "knobs": {"epochs": 60}}
MORE = {"task": "mnist5k_mlp~examples=300", "knobs": {"epochs": 100}}
SIGNALS = {"task": "mnist1d_few"}


def arms(where, augmentation, **recipe):
    """Return both arms on one task."""
    return {
        "none": bs.Arm(**where, recipe=recipe),
        "augmented": bs.Arm(**where, recipe={**recipe, "regularization": augmentation}),
    }


def gap(run):
    """Return test loss − training loss."""
    return run.final("test_loss") - run.final("train_loss")


def narrower(runs):
    """Return the share of the gap that augmentation takes away; NaN where there is none to narrow."""
    there = gap(runs["none"])
    return 1 - gap(runs["augmented"]) / there if there > 0 else math.nan


def more_right(runs):
    """Return the gain of test accuracy."""
    return runs["augmented"].final("test_accuracy") - runs["none"].final("test_accuracy")


@bs.hookimpl
def register_claims():
    """Register augmentation."""
    few, more = arms(FEW, TURNED, schedule="cosine"), arms(MORE, TURNED, schedule="cosine")
    signals = arms(SIGNALS, "augment_noise[deviation=0.3]")
    fifth = "A fifth is the least that one would see in the two curves."
    return [
        bs.Claim(
            name="augmentation",
            number="C24",
            sentence="Turning, flipping, zooming, moving images and adding noise makes the data more diverse: a cheap way to "
            "reduce "
            "overfitting where no more data can be had.",
            source="Course notes N0, Data augmentation; N2, Other regularization methods; N4, Data Augmentation",
            parts=[
                bs.Part(
                    name="narrower_with_100_images",
                    says="The share of the gap between test and training loss that rotation and shift take away, 100 images.",
                    evidence=bs.Trained(arms=few, effect=narrower),
                    at_least=0.2,
                    because=fifth,
                    unit="share",
                ),
                bs.Part(
                    name="narrower_with_300_images",
                    says="The same with 300 images.",
                    evidence=bs.Trained(arms=more, effect=narrower),
                    at_least=0.2,
                    because=fifth,
                    unit="share",
                ),
                bs.Part(
                    name="narrower_with_noise",
                    says="The share of the gap that noise takes away, 1,000 signals.",
                    evidence=bs.Trained(arms=signals, effect=narrower),
                    at_least=0.2,
                    because=fifth,
                    unit="share",
                ),
                bs.Part(
                    name="more_right_with_100_images",
                    says="The gain of test accuracy by rotation and shift, 100 images.",
                    evidence=bs.Trained(arms=few, effect=more_right),
                    at_least=0.01,
                    because="One image of a hundred.",
                    unit="accuracy",
                ),
            ],
            depends="On changes that leave the class as it is: digits may be turned a little, not flipped. And on enough "
            "steps to see more kinds "
            "of images.",
        )
    ]
