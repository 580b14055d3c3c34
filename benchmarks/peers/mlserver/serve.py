"""The project's model behind MLServer, as a custom runtime that speaks the Open Inference Protocol."""

from mlserver import MLModel
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput

from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.schema import InsuranceRecord


class Charges(MLModel):
    """Predicts the yearly medical costs of one insured person."""

    async def load(self) -> bool:
        """Load the artifact."""
        self._model = InsuranceChargesModel()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Predict one record, whose fields come as six tensors of one value each."""
        record = InsuranceRecord.model_validate({one.name: one.data[0] for one in payload.inputs})
        outputs = [
            ResponseOutput(name=name, shape=[1], datatype="FP64", data=[amount])
            for name, amount in self._model.predict(record).model_dump().items()
        ]
        return InferenceResponse(model_name=self.name, outputs=outputs)
