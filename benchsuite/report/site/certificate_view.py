"""What a task's certificate says, beside the records that were made with the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.analysis.instances_block import comparison_words, comparisons_of
from benchsuite.report.tables.numbers import count_of, number_text, whole

Certificate = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate in words.

    Args:
        verdict: Whether the records were made with what it certifies.
        wrong: Whether they were made with something else.
        facts: Name and value of what it holds; none where it is not that of the records.
    """

    verdict: str
    wrong: bool = False
    facts: tuple[tuple[str, str], ...] = ()


def certificate_view(
    certificate: Certificate | None, version: int, checksums: Sequence[str], targets: Sequence[float], folds: int = 0
) -> CertificateView:
    """Compare a certificate with the records of a task.

    Args:
        certificate: As it lies beside the task; ``None`` if there is none, or the task is not known here.
        version: The task's version in the records.
        checksums: Of the data that the records were made with.
        targets: Of the records.
        folds: How many the records have; 0 for the task's own split, which is the certificate's.
    """
    if certificate is None:
        return CertificateView("not certified")
    if certificate["version"] != version:
        return CertificateView(f"there is one of version {certificate['version']}, not of {version}", wrong=True)
    certified = certificate["data"]["checksum"]
    if set(checksums) - {certified}:
        return CertificateView(f"the data are not those that were certified, which have {certified}", wrong=True)
    return CertificateView(
        "the data are those that were certified", facts=tuple(_facts(certificate, targets, folds).items())
    )


def _facts(certificate: Certificate, targets: Sequence[float], folds: int) -> dict[str, str]:
    data, loss, few = certificate["data"], certificate["loss"], certificate["few"]
    train, validation, test = (whole(size) for size in data["parts"])
    facts = {"Examples": f"{train} to train, {validation} to validate, {test} to test"}
    if folds:
        facts["Examples"] += f" in the task's own split; here in {folds} folds"
    if "labels" in data:
        counts = data["labels"].values()
        least, most = min(counts), max(counts)
        facts["Labels"] = f"{len(counts)}, {whole(least)} {f'to {whole(most)} ' if most > least else ''}of each"
    facts["Parameters"] = whole(certificate["network"]["parameters"])
    facts["Training loss"] = f"{number_text(loss['start'])} at the start"
    if loss["after_steps"] is not None:
        facts["Training loss"] += f", {number_text(loss['after_steps'])} after 10 steps of gradient descent"
    if loss["theory"] is not None:
        facts["Loss of outputs 0"] = f"{number_text(loss['of_zeros'])}, in theory {number_text(loss['theory'])}"
    facts["Gradient"] = f"off numerical differences by {100 * certificate['gradient']['difference']:.2g} %"
    by_heart = few["learned"] and few.get("goal") is not None
    went = f"loss from {number_text(few['start'])} to {number_text(few['end'])}"
    facts["8 examples"] = f"{'learned by heart' if by_heart else went} in {count_of(few['steps'], 'step')}"
    if held := comparisons_of(certificate):
        facts["On its variants"] = ". ".join(map(comparison_words, held))
    reached = certificate.get("targets")
    if reached and len(reached["epochs"]) == len(targets):
        said = [
            f"{number_text(target)} never"
            if epoch is None
            else f"{number_text(target)} after {count_of(epoch, 'epoch')}"
            for target, epoch in zip(targets, reached["epochs"], strict=True)
        ]
        facts["Baseline reaches"] = f"{', '.join(said)}; ends at {number_text(reached['end'])}"
    return facts
