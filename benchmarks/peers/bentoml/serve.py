"""The project's model behind BentoML."""

import bentoml

from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.schema import InsurancePrediction, InsuranceRecord


@bentoml.service(logging={"access": {"enabled": False}})
class Charges:
    """Predicts the yearly medical costs of one insured person."""

    def __init__(self) -> None:
        self._model = InsuranceChargesModel()

    @bentoml.api
    async def predict(self, record: InsuranceRecord, /) -> InsurancePrediction:
        """Predict one record; it takes microseconds, so it needs no thread of its own."""
        return self._model.predict(record)  # type: ignore[return-value]
