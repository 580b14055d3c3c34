"""A model that needs no artifact: doubles a number, or misbehaves as told by it."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from model.base import RegressionModel

TOY = {"REST_CONFIG": str(Path(__file__).with_name("toy.yaml")), "SERVICE_MODEL_PACKAGE": "tests"}
"""Environment of a service that serves it, /predict its alias."""
NEVER_SLOW = {"SERVICE_SLOW_REQUEST_MS": "3600000"}
"""Has no request logged for how long a busy machine took over it."""
CRASHES, ANSWERS_NAN, ANSWERS_NOTHING = 101, 102, 103
"""Values of ``number`` that bring out what a broken model does."""


class ToyRecord(BaseModel):
    """One number to double; a schema neither strict nor closed, so that the service has to be."""

    model_config = ConfigDict(allow_inf_nan=False)

    number: Annotated[int, Field(ge=0, le=200, description="The number.", examples=[21])]
    weight: Annotated[float, Field(ge=0, le=1, description="A weight.", examples=[0.5])]
    colour: Annotated[Literal["red", "blue"], Field(description="A colour.", examples=["red"])]
    flag: Annotated[bool, Field(description="A switch.", examples=[True])]
    label: Annotated[str, Field(max_length=64, description="A text.", examples=["one"])]


class ToyPrediction(BaseModel):
    """Twice the number."""

    model_config = ConfigDict(allow_inf_nan=False)

    double: Annotated[float, Field(description="The double.", examples=[42.0])]


class ToyModel(RegressionModel):
    """Doubles."""

    display_name = "Toy"
    qualified_name = "toy_model"
    description = "Doubles a number."
    version = "1.2.3"
    input_schema: ClassVar[type[BaseModel]] = ToyRecord
    output_schema: ClassVar[type[BaseModel]] = ToyPrediction

    def predict_batch(self, many: Sequence[BaseModel]) -> list[BaseModel]:
        """Double n numbers."""
        return [answer for record in many if isinstance(record, ToyRecord) for answer in _answers(record)]

    def predict(self, one: BaseModel) -> BaseModel:
        """Double one number."""
        return self.predict_batch([one])[0]


def _answers(record: ToyRecord) -> list[ToyPrediction]:
    if record.number == CRASHES:
        raise RuntimeError("secret of the model")
    if record.number == ANSWERS_NAN:
        return [ToyPrediction.model_construct(double=math.nan)]
    if record.number == ANSWERS_NOTHING:
        return []
    return [ToyPrediction(double=2.0 * record.number)]


class DamagedModel(ToyModel):
    """Cannot be loaded."""

    def __init__(self) -> None:
        raise OSError("the checksum\n  differs in many\nlines")
