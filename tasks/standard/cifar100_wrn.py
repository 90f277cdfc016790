"""CIFAR-100, 50,000 + 10,000 colour images of 32 × 32 pixels, on a wide residual network WRN-40-4: DeepOBS' cifar100_wrn404.

A convolution 3 × 3 with 16 filters, three stages of six residual blocks with 64, 128 and 256, the mean over all pixels;
8,973,236 parameters. Zagoruyko & Komodakis 2016, arXiv:1605.07146. Architecture, batch size, epochs and the L2 penalty
are those of DeepOBS (Schneider, Balles & Hennig 2019): there ½·0.0005·Σ w² on kernels, which is our l2 with strength
0.0005. Momentum 0.9 and rate 0.1, multiplied by 0.2 after 60, 120 and 160 of 200 epochs, are what both name; here at
the same shares of DeepOBS' 160 epochs. Needs a GPU.

Departures: blocks have the order of He et al. 2016, convolution → normalization → activation with a ReLU after the sum;
there normalization and activation come before each convolution. That makes the same kernels, and 896 more of γ and β.
Pixels are standardized over the training part, there within each image. Flips and crops of up to 2 pixels are those of
DeepOBS (the paper crops up to 4); its changes of brightness, contrast and saturation are left out. Ten thousand
training images validate, as from DeepOBS 1.2 on: at random here, the first ones there.

The paper's test accuracy with all 50,000 training images is about 0.79.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, images
from benchsuite_tasks.standard._residual import residual_stages


def data():
    """Return pixels in 0…1 as ``[60000, 32, 32, 3]``, and classes."""
    return images("cifar100")


def model(blocks, inputs):
    """Return logits ``[batch, 100]``."""
    x = residual_stages(blocks, blocks.conv(16)(inputs), (64, 128, 256), 6)
    return blocks.output(100)(blocks.average()(x))


@bs.hookimpl
def register_tasks():
    """Register cifar100_wrn."""
    return [
        bs.Task(
            name="cifar100_wrn",
            tier="standard",
            data=data,
            split=bs.Published(validation=10_000, test=10_000),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.55, 0.68, 0.75],
            batch_size=128,
            epochs=160,
            baseline={
                "optimizer": "momentum[learning_rate=0.1]",
                "schedule": (
                    "piecewise[first=0.3,second=0.6,third=0.8,first_factor=0.2,second_factor=0.2,third_factor=0.2]"
                ),
                "initializer": "xavier_uniform",
                "normalization": "batch",
                "preprocessing": "standardize",
                "regularization": "l2[strength=0.0005]+augment_flip+augment_shift[fraction=0.0625,fill=zero]",
            },
            compares=["optimizer", "schedule"],
            xla=False,
            cost=bs.Cost(compile=15.0, epoch=6100.0),
            summary="60,000 CIFAR-100 images, wide residual network of 40 layers (DeepOBS); hours on a GPU.",
            source="keras.datasets.cifar100",
            download=DOWNLOADS["cifar100"],
            license="none stated; the authors ask for a citation",
            citation=(
                "Krizhevsky 2009; network of Zagoruyko & Komodakis 2016, arXiv:1605.07146; "
                "problem of Schneider, Balles & Hennig 2019, arXiv:1903.05499"
            ),
        )
    ]
