"""Each loss is divided by the largest of the batch."""

import benchsuite as bs


def make():
    import keras

    def function(targets, outputs):
        losses = keras.losses.sparse_categorical_crossentropy(targets, outputs, from_logits=True)
        return losses / keras.ops.max(losses)

    return function


@bs.hookimpl
def register_losses():
    return [bs.Loss(name="of_the_largest", make=make, space={}, summary="A mistake.", targets="classes")]
