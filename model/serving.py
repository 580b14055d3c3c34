"""What the example models have in common when they serve: an ONNX artifact, verified before the first answer."""

from abc import abstractmethod
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import BaseModel, TypeAdapter, ValidationError

from model.artifact import EXAMPLES_FILE, ArtifactError, load_artifact, unusable
from model.base import RegressionModel
from model.card import ModelCard

CENT = 0.01


class OnnxRegressionModel(RegressionModel):
    """A regression with one answer, an amount in hundredths, run by ONNX Runtime on one thread.

    Parameters
    ----------
    directory : path, optional
        Where the artifact is; by default the committed one.

    Raises
    ------
    ArtifactError
        If the artifact is incomplete, damaged, made for other features, or does not answer its own
        golden examples to the cent.
    """

    feature_names: ClassVar[tuple[str, ...]]
    artifact_directory: ClassVar[Path]
    card: ModelCard

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or self.artifact_directory
        artifact = load_artifact(self.directory, self.feature_names)
        self.card = artifact.card
        self.version = artifact.card.version
        self.golden_examples = artifact.examples
        self._regressor = OnnxRegressor(artifact.session)
        (self._answer_field,) = self.output_schema.model_fields
        self._verify_golden_examples()

    @staticmethod
    @abstractmethod
    def encode(records: Sequence[Any]) -> NDArray[np.float32]:
        """Encode n records as features, shape (n, d): the function the model was trained with."""

    def predict_batch(self, many: Sequence[BaseModel]) -> list[BaseModel]:
        """Predict ``n`` validated records at once."""
        return answers(self.output_schema, self._regressor.predict(self.encode(many)))

    def predict(self, one: BaseModel) -> BaseModel:
        """Predict one validated record: what a batch of one answers, without the price of arrays."""
        amount = self._regressor.predict_one(self.encode([one]))
        return self.output_schema(**{self._answer_field: in_cents(amount)})

    def _verify_golden_examples(self) -> None:
        path = self.directory / EXAMPLES_FILE
        try:
            requests = [self.input_schema.model_validate(example.request) for example in self.golden_examples]
        except ValidationError as error:
            raise unusable(path, "holds a request the service refuses", error) from error
        for example, answer in zip(self.golden_examples, self.predict_batch(requests), strict=True):
            if not _same_to_the_cent(example.response, answer.model_dump()):
                message = f"{path}: the model answers {answer!r} to {example.request}, expected {example.response}"
                raise ArtifactError(message)


class OnnxRegressor:
    """Runs features through an ONNX session. Not for several threads at a time: rows that come alone share a buffer."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        (features,) = session.get_inputs()
        (amounts,) = session.get_outputs()
        self._input_name: str = features.name
        self._row = np.zeros((1, features.shape[1]))
        self._amount = np.zeros((1, 1))
        self._binding = session.io_binding()
        self._binding.bind_ortvalue_input(features.name, onnxruntime.OrtValue.ortvalue_from_numpy(self._row))
        self._binding.bind_ortvalue_output(amounts.name, onnxruntime.OrtValue.ortvalue_from_numpy(self._amount))

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Predict n rows of features, shape (n, d), as n amounts in the unit of the answer, shape (n,)."""
        (predicted,) = self._session.run(None, {self._input_name: features.astype(np.float64)})
        amounts: NDArray[np.float64] = predicted[:, 0]
        return amounts

    def predict_one(self, features: NDArray[np.float32]) -> float:
        """Predict one row of features, shape (1, d): the same amount in half the time, for want of new arrays."""
        self._row[:] = features
        self._session.run_with_iobinding(self._binding)
        return self._amount.item()


def answers(output_schema: type[BaseModel], amounts: NDArray[np.float64]) -> list[BaseModel]:
    """Turn amounts, shape (n,), into records of the one-field output schema: never negative, in whole cents."""
    (field,) = output_schema.model_fields
    cents = np.round(np.maximum(amounts, 0.0), 2).tolist()
    return _list_of(output_schema).validate_python([{field: amount} for amount in cents])


@cache
def _list_of(schema: type[BaseModel]) -> TypeAdapter[list[BaseModel]]:
    """Return what makes many records at once, in half the time of one after the other."""
    return TypeAdapter(list[schema])  # type: ignore[valid-type]


def in_cents(amount: float) -> float:
    """Round one amount as `answers` does, to the bit: Python's own ``round(amount, 2)`` differs where NumPy is off."""
    return round(max(amount, 0.0) * 100) / 100


def _same_to_the_cent(expected: dict[str, float], found: dict[str, float]) -> bool:
    """Allow one cent, for machines whose sums round the other way, and a hair for binary fractions."""
    if expected.keys() != found.keys():
        return False
    return all(abs(expected[name] - found[name]) < 1.001 * CENT for name in expected)
