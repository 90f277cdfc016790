"""Wrong labels: ten classes of a random teacher, 40 % of the training labels drawn anew, and learned by heart.

Examples z ~ N(0, I) of 10 numbers; the class is the largest of the ten outputs of a teacher of two hidden layers of 16
tanh units with random weights (_teachers.py), each shifted until all classes are equally frequent. Each label of the
training part is replaced, with probability 0.4, by one of the ten drawn uniformly, as Zhang et al. 2017
(arXiv:1611.03530) corrupt labels: 0.36 of them are wrong in expectation, 0.373 of the published 2,000. Labels of the validation and test
part are all right.

The baseline learns the wrong labels too, as it is meant to: what a regularization does against that is the difference.
Adam's rate was taken among those that overfit; validation log loss, mean of six seeds, and training accuracy, of which
0.627 is without learning a wrong label:

    rate          0.001    0.002    0.005    0.01
    log loss      1.384    1.410    1.712    2.302
    accuracy      0.511    0.579    0.713    0.783

Measured, baseline (0.005): test log loss 1.746 ± 0.042, accuracy 0.452 ± 0.009.
"""

import dataclasses

import benchsuite as bs
from benchsuite_tasks.generated._teachers import Teacher, rounded

INPUTS, HIDDEN, CLASSES = 10, 16, 10
TRAIN, VALIDATION, TEST = 2_000, 4_000, 8_000
NOISE = 0.4
ROUNDS = 50


@dataclasses.dataclass(frozen=True)
class Instance:
    """One instance.

    Args:
        draw: What it is drawn from.
    """

    draw: bs.Draw

    def classes(self):
        """Return z, and the class that the teacher says, int32."""
        import numpy as np

        teacher = Teacher(self.draw, TRAIN + VALIDATION + TEST, INPUTS, HIDDEN, CLASSES, seed=31)
        z = teacher.z()
        outputs = teacher.answers(z)
        for _ in range(ROUNDS):
            labels = outputs.argmax(axis=1)
            outputs = outputs - 0.3 * np.log(np.bincount(labels, minlength=CLASSES) * CLASSES / len(labels) + 1e-3)
        return z, labels.astype("int32")

    def data(self):
        """Return z and the labels, some of the first 2,000 of them drawn anew."""
        z, labels = self.classes()
        generator = self.draw.generator("labels", published=33)
        anew = generator.uniform(size=TRAIN) < self.draw.value("noise", NOISE)
        labels[:TRAIN][anew] = generator.integers(CLASSES, size=TRAIN)[anew]
        return bs.Arrays(rounded(z), labels)


def fields(draw):
    """Return the fields in which instances differ."""
    return {"data": Instance(draw).data}


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    x = blocks.dense(blocks.knob("width"))(inputs)
    x = blocks.dense(blocks.knob("width"))(x)
    return blocks.output(CLASSES)(x)


@bs.hookimpl
def register_tasks():
    """Register noisy_labels_mlp."""
    return [
        bs.Task(
            name="noisy_labels_mlp",
            tier="full",
            split=bs.InOrder(TRAIN, VALIDATION, TEST),
            model=model,
            loss="cross_entropy",
            metrics=["log_loss", "accuracy", "calibration_error"],
            primary="log_loss",
            targets=[1.396, 1.378, 1.363],
            batch_size=64,
            epochs=10,
            steps_per_epoch=100,
            architecture={"width": bs.Choice([16, 32, 64, 128, 256], default=64)},
            baseline={"optimizer": "adam[learning_rate=0.005]", "initializer": "he_normal"},
            compares=["regularization"],
            variation=bs.Variation(split=False, classes=True),
            instance=fields,
            axes={
                "noise": bs.Axis([0.0, 0.1, 0.2, NOISE, 0.6], default=NOISE, summary="Share of labels drawn anew."),
                "examples": bs.Axis([250, 500, 1000, TRAIN], default=TRAIN),
                "width": bs.Axis([16, 32, 64, 128, 256], default=64),
                "batch_size": bs.Axis([16, 32, 64, 128, 256], default=64),
            },
            cost=bs.Cost(compile=1.2, epoch=0.013),
            summary="2,000 examples of ten classes of a random teacher, 37 % with wrong labels, two layers of 64.",
            source="generated",
            license="generated",
            citation="Zhang, Bengio, Hardt, Recht & Vinyals 2017, arXiv:1611.03530",
            **fields(bs.Draw("noisy_labels_mlp")),
        )
    ]
