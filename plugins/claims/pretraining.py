"""C31: pre-training helps where there are few labels.

100 labelled images, mnist5k_few_labels. Both kinds of pre-training that N2 names:

- Layer by layer, without labels, then fine-tuning (Hinton 2006, as autoencoders Bengio et al. 2006): the initializer
  layerwise_autoencoder against He's draw. It sees the training images only, the same 100. Its
  own steps come on top of those that both arms train.
- From another task: the hidden layers of mnist5k_autoencoder, which learned from 3,000 images without labels, against a draw; all
  layers are then fine-tuned. What the initializer transfer does is done here in the lab, as an arm cannot name a trial of
  another: each variable of the same name and shape is taken over, the output layer starts anew. Both networks have tanh and
  Xavier's start, and the autoencoder noise of 0.3 on its inputs, with which the task's own page measured a gain (with ReLU it
  measured none), and 15 of its 30 epochs.

The page of mnist5k_few_labels showed test accuracies of 0.741 with tanh and 0.769 with the autoencoder's weights, and of 0.753 without
and 0.750 with layer-by-layer pre-training, three to five seeds, before the bounds were chosen.

The notes say of the first kind only that it has some benefit. What it does not show: the gain from labels
of another task, which is what most people mean by pre-training today.
"""

import math

import benchsuite as bs

TASK, SOURCE = "mnist5k_few_labels", "mnist5k_autoencoder"
TANH = {"activation": "tanh", "initializer": "xavier_uniform"}


def arms():
    """Return He's draw and pre-training layer by layer."""
    return {
        "drawn": bs.Arm(task=TASK, recipe={"initializer": "he_normal"}),
        "pretrained": bs.Arm(task=TASK, recipe={"initializer": "layerwise_autoencoder"}),
    }


def more_right(runs):
    """Return the gain of test accuracy."""
    return runs["pretrained"].final("test_accuracy") - runs["drawn"].final("test_accuracy")


def taken_over(weights, shapes, source, source_shapes):
    """Return weights in which each variable that the source has by name and shape is the source's, and how many these are.

    Args:
        weights: Trained numbers ``[size]``.
        shapes: Name → shape of the variables in them, in order.
        source: Those of the source.
        source_shapes: Likewise.
    """
    found, at = {}, 0
    for name, shape in source_shapes.items():
        found[name] = shape, source[at : at + math.prod(shape)]
        at += math.prod(shape)
    weights, at, count = weights.copy(), 0, 0
    for name, shape in shapes.items():
        if name in found and found[name][0] == shape:
            weights[at : at + math.prod(shape)] = found[name][1]
            count += 1
        at += math.prod(shape)
    return weights, count


def transferred(lab, seed):
    """Return the gain of test accuracy from the autoencoder's hidden layers; NaN unless each variable of them was taken over."""
    source = lab.specimen(
        SOURCE, {**TANH, "regularization": "augment_noise[deviation=0.3]"}, knobs={"epochs": 15}, seed=seed
    )
    source.train()
    learned, shapes = source.weights, source.shapes
    drawn = lab.specimen(TASK, TANH, seed=seed).train()
    specimen = lab.specimen(TASK, TANH, seed=seed)
    specimen.weights, count = taken_over(specimen.weights, specimen.shapes, learned, shapes)
    hidden = sum(not name.startswith("output") for name in specimen.shapes)
    if count < hidden:
        return math.nan
    return specimen.train().final("test_accuracy") - drawn.final("test_accuracy")


@bs.hookimpl
def register_claims():
    """Register pretraining."""
    because = "One image of a hundred."
    return [
        bs.Claim(
            name="pretraining",
            number="C31",
            sentence="Layer-wise unsupervised pre-training and fine-tuning has some benefit; a start from a model trained on another "
            "task does better than a start from scratch.",
            source="Course notes N2, Vanishing and exploding gradients, pre-training and fine-tuning; N2, Weight "
            "initialization, pre-training",
            parts=[
                bs.Part(
                    name="layer_by_layer",
                    says="The gain of test accuracy by pre-training layer by layer on the same 100 images, whose steps are not counted.",
                    evidence=bs.Trained(arms=arms(), effect=more_right),
                    at_least=0.01,
                    because=because,
                    unit="accuracy",
                ),
                bs.Part(
                    name="from_an_autoencoder",
                    says="The gain of test accuracy from the hidden layers of an autoencoder of 3,000 images without labels.",
                    evidence=bs.Computed(compute=transferred, seeds=7),
                    at_least=0.01,
                    because=because,
                    unit="accuracy",
                ),
            ],
            depends="On images without labels: layer by layer on the same 100 images brings no new information. On the "
            "activation: with ReLU the "
            "task's page measured no gain.",
        )
    ]
