"""The model card: what a model was trained on, how good it is, what it is for and what it is not for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

DataKind = Literal["real", "synthetic", "file"]


class CardPart(BaseModel):
    """A part of a card: fixed once written, and with no field the reader does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSource(CardPart):
    """The file the model was trained on."""

    kind: DataKind
    name: str
    sha256: str
    description: str


class DroppedRows(CardPart):
    """How many rows the cleaning dropped for one reason; a row counts for the first that applies."""

    reason: str
    rows: int


class Rows(CardPart):
    """What became of the rows of the file."""

    read: int
    kept: int
    dropped: tuple[DroppedRows, ...]
    trained: int
    sampling: str


class Scores(CardPart):
    """How far predictions are from the truth on rows not seen in training, in the unit of the answer."""

    r2: float
    mae: float
    rmse: float


class Evaluation(CardPart):
    """Cross-validated scores of the model and of the baseline, on the same splits."""

    split: str
    rows: int
    model: Scores
    baseline: Scores
    baseline_description: str


class InputRange(CardPart):
    """What one field may be in a request, and what it was in training."""

    name: str
    unit: str
    served: str
    trained: str


class FeatureRange(CardPart):
    """The smallest and the largest value of one feature in training."""

    name: str
    minimum: float
    maximum: float


class LibraryVersion(CardPart):
    """A library the training ran on."""

    name: str
    version: str


class Checksums(CardPart):
    """SHA-256 of the files beside the card."""

    model_onnx: str
    examples_jsonl: str


class ModelCard(CardPart):
    """Everything there is to know about one artifact."""

    qualified_name: str
    display_name: str
    version: str
    description: str
    intended_use: str
    limits: tuple[str, ...]
    output: str
    unit: str
    algorithm: str
    seed: int
    data: DataSource
    rows: Rows
    evaluation: Evaluation
    inputs: tuple[InputRange, ...]
    features: tuple[FeatureRange, ...]
    libraries: tuple[LibraryVersion, ...]
    source_sha256: str
    checksums: Checksums

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features in the order the model expects them."""
        return tuple(feature.name for feature in self.features)
