"""The committed golden examples of a model: what is asked in measurements, and the right answers."""

from collections.abc import Sequence

from model.artifact import EXAMPLES_FILE, GoldenExample
from model.serving import OnnxRegressionModel


def golden(model: type[OnnxRegressionModel]) -> Sequence[GoldenExample]:
    """Return the golden examples of a model."""
    lines = (model.artifact_directory / EXAMPLES_FILE).read_text(encoding="utf-8").splitlines()
    return [GoldenExample.model_validate_json(line) for line in lines]
