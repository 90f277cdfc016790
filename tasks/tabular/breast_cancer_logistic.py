"""Breast cancer (Wisconsin, diagnostic): 569 tumours, 30 measures of their cell nuclei, by logistic regression.

One linear layer with two outputs and cross-entropy: logistic regression on the difference of the two logits, convex.
Class 0 is malignant (212), class 1 benign (357), as scikit-learn numbers them. The largest measure reaches 4,254, the
smallest stays below 0.03; without standardization the baseline ends at 0.91 validation accuracy instead of 0.98.

The learning rate was chosen among 0.003, 0.01, 0.03 and 0.1, five seeds each, by validation loss: above 0.01 accuracy
is the same within one tumour of 114, and the loss grows. Measured, baseline: test accuracy 0.965 for each of three
seeds.
"""

import benchsuite as bs
from benchsuite_tasks.tabular import _sklearn


def data():
    """Return the 30 measures as they are, and classes."""
    return _sklearn.classes("breast_cancer.csv")


def model(blocks, inputs):
    """Return logits ``[batch, 2]``."""
    return blocks.output(2)(inputs)


@bs.hookimpl
def register_tasks():
    """Register breast_cancer_logistic."""
    return [
        bs.Task(
            name="breast_cancer_logistic",
            tier="full",
            data=data,
            split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.95, 0.97, 0.98],
            batch_size=32,
            epochs=30,
            variation=bs.Variation(inputs="rescale"),
            axes={
                "batch_size": bs.Axis([8, 16, 32, 64], default=32),
                "examples": bs.Axis([32, 64, 128, 341], default=341),
            },
            baseline={
                "optimizer": "adam[learning_rate=0.01]",
                "initializer": "xavier_normal",
                "preprocessing": "standardize",
            },
            compares=["optimizer", "schedule", "preprocessing"],
            cost=bs.Cost(compile=2.3, epoch=0.006),
            summary="569 tumours, 30 measures, logistic regression.",
            source="scikit-learn, sklearn/datasets/data/breast_cancer.csv",
            license="CC BY 4.0 (data), BSD-3-Clause (scikit-learn's copy)",
            citation="Wolberg, Mangasarian, Street & Street 1993, Breast Cancer Wisconsin (Diagnostic), UCI Machine Learning Repository",
        )
    ]
