"""The model as rest_model_service wants it: a subclass of ml_base's MLModel, here with a scikit-learn pipeline."""

from ml_base import MLModel

from benchmarks.peers.data_frame import Person, Prediction, load_pipeline, predict


class InsuranceChargesModel(MLModel):
    """Predicts the yearly medical costs of one insured person."""

    display_name = "Insurance charges"
    qualified_name = "insurance_charges_model"
    description = "Predicts the yearly medical costs of one insured person."
    version = "1.0.0"
    input_schema = Person
    output_schema = Prediction

    def __init__(self) -> None:
        self._pipeline = load_pipeline()

    def predict(self, data: Person) -> Prediction:
        """Predict one person."""
        return predict(self._pipeline, data)
