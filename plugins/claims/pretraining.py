"""C31: pre-training helps where there are few labels.

100 labelled images, mnist5k_few_labels. Both kinds of pre-training that N2 names:

- Layer by layer, without labels, then fine-tuning (Hinton 2006, as autoencoders Bengio et al. 2006): the initializer
  layerwise_autoencoder against He's draw. It sees the training images only, the same 100.
- From another task: the hidden layers of mnist5k_autoencoder, which learned from 3,000 images without labels, against a draw; all
  layers are then fine-tuned. What the initializer transfer does is done here in the lab, as an arm cannot name a trial of
  another: each variable of the same name and shape is taken over, the output layer starts anew. Both networks have tanh and
  Xavier's start, and the autoencoder noise of 0.3 on its inputs, with which the task's own page measured a gain (with ReLU it
  measured none), and 15 of its 30 epochs.

What it does not show: the gain from labels of another task, which is what most people mean by pre-training today.
"""

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
    import math

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
    """Return the gain of test accuracy from the autoencoder's hidden layers."""
    source = lab.specimen(
        SOURCE, {**TANH, "regularization": "augment_noise[deviation=0.3]"}, knobs={"epochs": 15}, seed=seed
    )
    source.train()
    learned, shapes = source.weights, source.shapes
    drawn = lab.specimen(TASK, TANH, seed=seed).train()
    specimen = lab.specimen(TASK, TANH, seed=seed)
    specimen.weights, count = taken_over(specimen.weights, specimen.shapes, learned, shapes)
    return specimen.train().final("test_accuracy") - drawn.final("test_accuracy") if count else float("nan")


@bs.hookimpl
def register_claims():
    """Register pretraining."""
    because = "One image of a hundred."
    return [
        bs.Claim(
            name="pretraining",
            number="C31",
            sentence="Layer-wise unsupervised pre-training and fine-tuning, or a start from a model trained on another task, "
            "does better than a "
            "start from scratch.",
            source="N2, Vanishing and exploding gradients, pre-training and fine-tuning; N2, Weight initialization, pre-training",
            parts=[
                bs.Part(
                    name="layer_by_layer",
                    says="The gain of test accuracy by pre-training layer by layer on the same 100 images.",
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
