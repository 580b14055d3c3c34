"""The project's model behind LitServe."""

import os

import litserve
from pydantic import BaseModel

from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.schema import InsuranceRecord


class Charges(litserve.LitAPI):
    """Predicts the yearly medical costs of one insured person."""

    def setup(self, device: str) -> None:  # noqa: ARG002 (LitServe's signature)
        """Load the artifact."""
        self._model = InsuranceChargesModel()

    def decode_request(self, request: InsuranceRecord) -> InsuranceRecord:
        """Take the record as FastAPI has validated it."""
        return request

    def predict(self, x: InsuranceRecord) -> BaseModel:
        """Predict one record."""
        return self._model.predict(x)

    def encode_response(self, output: BaseModel) -> dict[str, float]:
        """Return what is sent as JSON."""
        return output.model_dump()


if __name__ == "__main__":
    server = litserve.LitServer(Charges(), accelerator="cpu")
    server.run(host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", generate_client_file=False)
