"""Insurance charges: what one insured person costs in a year."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from model.insurance_charges.features import FEATURE_NAMES, encode
from model.insurance_charges.schema import InsurancePrediction, InsuranceRecord
from model.serving import OnnxRegressionModel


class InsuranceChargesModel(OnnxRegressionModel):
    """Predicts the yearly medical costs of one insured person."""

    display_name: ClassVar[str] = "Insurance charges"
    qualified_name: ClassVar[str] = "insurance_charges_model"
    description: ClassVar[str] = (
        "Predicts the medical costs billed to a health insurance in one year "
        "from the age, sex, body mass index, children, smoking and region of the insured person."
    )
    input_schema: ClassVar[type[BaseModel]] = InsuranceRecord
    output_schema: ClassVar[type[BaseModel]] = InsurancePrediction
    feature_names: ClassVar[tuple[str, ...]] = FEATURE_NAMES
    artifact_directory: ClassVar[Path] = Path(__file__).parent / "artifact"

    @staticmethod
    def encode(records: Sequence[InsuranceRecord]) -> NDArray[np.float32]:
        """Encode n records as features, shape (n, d)."""
        return encode(records)
