"""What the service knows of a model: `RegressionModel`."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel


class RegressionModel(ABC):
    """A model that answers records with predictions.

    A subclass names itself and its two schemas in class attributes and loads what it needs in
    ``__init__``, which takes no arguments and raises when the model cannot be served.
    """

    display_name: ClassVar[str]
    """Title for people, as in the documentation: ``Insurance charges``."""
    qualified_name: ClassVar[str]
    """Name in paths, metrics and configuration: ``insurance_charges_model``."""
    description: ClassVar[str]
    """What it predicts, from what, in a sentence or two."""
    version: str
    """Version of the artifact that answers, from its model card."""
    input_schema: ClassVar[type[BaseModel]]
    """One record as a client sends it."""
    output_schema: ClassVar[type[BaseModel]]
    """One prediction as a client receives it."""
    card: BaseModel | None = None
    """What the model was trained on, how good it is and what it is not for; shown in its metadata."""

    @abstractmethod
    def predict_batch(self, many: Sequence[BaseModel]) -> list[BaseModel]:
        """Predict ``n`` validated records at once.

        Parameters
        ----------
        many : sequence of ``input_schema``, length n

        Returns
        -------
        list of ``output_schema``, length n, in the order of ``many``
        """

    def predict(self, one: BaseModel) -> BaseModel:
        """Predict one validated record (an instance of ``input_schema``)."""
        return self.predict_batch([one])[0]
