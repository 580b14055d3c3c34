"""Serving: both models answer their records, in cents, in order."""

import json
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from model.artifact import EXAMPLES_FILE
from model.base import RegressionModel
from model.golden import edge_values
from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.schema import InsurancePrediction, InsuranceRecord
from model.serving import OnnxRegressionModel, answers, in_cents
from model.taxi_fare import TaxiFareModel
from model.taxi_fare.schema import TripRecord

ModelClass = type[OnnxRegressionModel]


def golden_records(model: OnnxRegressionModel) -> list[BaseModel]:
    """Return the golden requests of a model as records."""
    return [model.input_schema.model_validate(example.request) for example in model.golden_examples]


def test_a_model_is_what_the_service_expects(model_class: ModelClass) -> None:
    model: RegressionModel = model_class()
    assert model.card is not None
    assert model.version.partition("+")[0] == "1.0.0"
    assert model.display_name
    assert model.qualified_name.endswith("_model")
    assert model.description.endswith(".")


def test_golden_examples_are_answered_one_by_one_and_together(model_class: ModelClass) -> None:
    model = model_class()
    expected = [example.response for example in model.golden_examples]
    records = golden_records(model)
    assert [answer.model_dump() for answer in model.predict_batch(records)] == expected
    assert [model.predict(record).model_dump() for record in records] == expected


def test_there_are_many_different_golden_examples(model_class: ModelClass) -> None:
    examples = model_class().golden_examples
    assert len(examples) >= 50
    assert len({json.dumps(example.response) for example in examples}) > 40


@pytest.mark.parametrize(
    ("model", "field", "edges"),
    [
        (InsuranceChargesModel, "age", {18, 65}),
        (InsuranceChargesModel, "bmi", {15.0, 50.0}),
        (InsuranceChargesModel, "children", {0, 5}),
        (InsuranceChargesModel, "smoker", {False, True}),
        (InsuranceChargesModel, "sex", {"female", "male"}),
        (InsuranceChargesModel, "region", {"southwest", "southeast", "northwest", "northeast"}),
        (TaxiFareModel, "id", {"x", "x" * 64}),
        (TaxiFareModel, "passenger_count", {1, 6}),
        (TaxiFareModel, "pickup_longitude", {-74.3, -73.4}),
        (TaxiFareModel, "pickup_latitude", {40.4, 41.1}),
        (TaxiFareModel, "dropoff_longitude", {-74.3, -73.4}),
        (TaxiFareModel, "dropoff_latitude", {40.4, 41.1}),
    ],
)
def test_every_edge_of_every_range_is_a_golden_example(model: ModelClass, field: str, edges: set[object]) -> None:
    assert edges <= {example.request[field] for example in model().golden_examples}


def test_the_edges_of_a_field_come_from_its_schema() -> None:
    properties = TripRecord.model_json_schema()["properties"]
    assert edge_values(properties["passenger_count"]) == [1, 6]
    assert edge_values(properties["pickup_datetime"]) == []


def test_golden_examples_are_one_json_object_a_line(model_class: ModelClass) -> None:
    for line in (model_class.artifact_directory / EXAMPLES_FILE).read_text().splitlines():
        assert set(json.loads(line)) == {"request", "response"}


def test_the_order_of_a_batch_is_the_order_of_its_answers(model_class: ModelClass) -> None:
    model = model_class()
    records = golden_records(model)
    assert model.predict_batch(records[::-1]) == model.predict_batch(records)[::-1]


def test_an_empty_batch_has_no_answers(model_class: ModelClass) -> None:
    assert model_class().predict_batch([]) == []


def test_answers_are_whole_cents_and_never_negative() -> None:
    amounts = [-5.0, -0.0, 0.004, 0.006, 10.126, 1 / 3, 63770.42801]
    found = [str(answer.model_dump()["charges"]) for answer in answers(InsurancePrediction, np.array(amounts))]
    assert found == ["0.0", "0.0", "0.0", "0.01", "10.13", "0.33", "63770.43"]


@given(st.floats(-10.0, 1e7))
def test_one_amount_is_rounded_like_many_to_the_bit(amount: float) -> None:
    [answer] = answers(InsurancePrediction, np.array([amount]))
    assert in_cents(amount) == answer.model_dump()["charges"]


def test_every_served_answer_is_positive_and_in_cents(model_class: ModelClass) -> None:
    for answer in model_class().predict_batch(golden_records(model_class())):
        (amount,) = answer.model_dump().values()
        assert amount > 0
        assert -Decimal(str(amount)).as_tuple().exponent <= 2  # type: ignore[operator]


def test_smoking_is_expensive_and_distance_too() -> None:
    from_example = InsuranceRecord.model_json_schema()["example"]
    insurance, taxi = InsuranceChargesModel(), TaxiFareModel()
    people = [InsuranceRecord(**{**from_example, "smoker": smoker}) for smoker in (False, True)]
    modest, smoking = (answer.model_dump()["charges"] for answer in insurance.predict_batch(people))
    assert smoking > 2 * modest
    trip = TripRecord.model_json_schema()["example"]
    jfk = {"dropoff_longitude": -73.7822, "dropoff_latitude": 40.6441}
    short, long = (a.model_dump()["price"] for a in taxi.predict_batch([TripRecord(**trip), TripRecord(**trip | jfk)]))
    assert long > 2 * short
