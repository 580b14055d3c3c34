"""Records: what is accepted, what is refused, and what the schema tells the client."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from model.insurance_charges.schema import InsurancePrediction, InsuranceRecord
from model.serving import OnnxRegressionModel
from model.taxi_fare.schema import LATITUDE_DEG, LONGITUDE_DEG, FarePrediction, TripRecord

PERSON: dict[str, Any] = InsuranceRecord.model_json_schema()["example"]
TRIP: dict[str, Any] = TripRecord.model_json_schema()["example"]
FIELDS = [(InsuranceRecord, PERSON, name) for name in PERSON] + [(TripRecord, TRIP, name) for name in TRIP]


def accepts(schema: type[BaseModel], record: dict[str, Any]) -> bool:
    """Say whether the record is accepted as JSON; Python's own objects must fare the same."""
    from_json = _passes(lambda: schema.model_validate_json(json.dumps(record)))
    assert _passes(lambda: schema.model_validate(record)) == from_json
    return from_json


def _passes(validate: Callable[[], object]) -> bool:
    try:
        validate()
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("field", "value", "accepted"),
    [
        ("age", 17, False),
        ("age", 18, True),
        ("age", 65, True),
        ("age", 66, False),
        ("bmi", 14.999, False),
        ("bmi", 15.0, True),
        ("bmi", 50.0, True),
        ("bmi", 50.001, False),
        ("children", -1, False),
        ("children", 0, True),
        ("children", 5, True),
        ("children", 6, False),
        ("sex", "male", True),
        ("sex", "Male", False),
        ("region", "southwest", True),
        ("region", "midwest", False),
    ],
)
def test_insurance_ranges_include_their_ends(field: str, value: object, accepted: bool) -> None:
    assert accepts(InsuranceRecord, {**PERSON, field: value}) is accepted


@pytest.mark.parametrize(
    ("field", "value", "accepted"),
    [
        ("id", "", False),
        ("id", "x" * 64, True),
        ("id", "x" * 65, False),
        ("passenger_count", 0, False),
        ("passenger_count", 1, True),
        ("passenger_count", 6, True),
        ("passenger_count", 7, False),
        ("pickup_longitude", -74.31, False),
        ("pickup_longitude", -74.3, True),
        ("dropoff_longitude", -73.39, False),
        ("pickup_latitude", 40.39, False),
        ("dropoff_latitude", 41.1, True),
        ("dropoff_latitude", 41.11, False),
    ],
)
def test_taxi_ranges_include_their_ends(field: str, value: object, accepted: bool) -> None:
    assert accepts(TripRecord, {**TRIP, field: value}) is accepted


@pytest.mark.parametrize(
    "text",
    [
        "2013-02-30 00:00:00",
        "2013-13-01 00:00:00",
        "0000-01-01 00:00:00",
        "2013-07-06T17:18:00",
        "2013-07-06 17:18",
        "2013-07-06 24:00:00",
        "2013-07-06 17:18:00 UTC",
        "2013-07-06 17:18:00\n",
        " 2013-07-06 17:18:00",
        "13-07-06 17:18:00",
        "２013-07-06 17:18:00",
        "",
    ],
)
def test_only_real_dates_in_the_one_format_are_accepted(text: str) -> None:
    assert not accepts(TripRecord, {**TRIP, "pickup_datetime": text})


@pytest.mark.parametrize("text", ["2012-02-29 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59"])
def test_every_real_date_is_accepted(text: str) -> None:
    assert accepts(TripRecord, {**TRIP, "pickup_datetime": text})


@pytest.mark.parametrize(
    ("schema", "record", "changes"),
    [
        (InsuranceRecord, PERSON, {"age": "42"}),
        (InsuranceRecord, PERSON, {"age": 42.0}),
        (InsuranceRecord, PERSON, {"age": True}),
        (InsuranceRecord, PERSON, {"bmi": "27.9"}),
        (InsuranceRecord, PERSON, {"bmi": True}),
        (InsuranceRecord, PERSON, {"bmi": float("nan")}),
        (InsuranceRecord, PERSON, {"bmi": float("inf")}),
        (InsuranceRecord, PERSON, {"bmi": 10**400}),
        (InsuranceRecord, PERSON, {"smoker": 1}),
        (InsuranceRecord, PERSON, {"smoker": "yes"}),
        (InsuranceRecord, PERSON, {"sex": 1}),
        (InsuranceRecord, PERSON, {"income": 1}),
        (TripRecord, TRIP, {"id": 7}),
        (TripRecord, TRIP, {"pickup_datetime": 1373131080}),
        (TripRecord, TRIP, {"passenger_count": 2.0}),
        (TripRecord, TRIP, {"passenger_count": "2"}),
        (TripRecord, TRIP, {"pickup_longitude": "-73.95"}),
        (TripRecord, TRIP, {"pickup_latitude": float("nan")}),
        (TripRecord, TRIP, {"tip": 1}),
    ],
)
def test_nothing_is_coerced(schema: type[BaseModel], record: dict[str, Any], changes: dict[str, Any]) -> None:
    assert not accepts(schema, record | changes)


def test_a_whole_number_is_a_number() -> None:
    assert accepts(InsuranceRecord, {**PERSON, "bmi": 30})


@pytest.mark.parametrize(("schema", "record", "field"), FIELDS)
@pytest.mark.parametrize("how", ["missing", "null"])
def test_every_field_is_required(schema: type[BaseModel], record: dict[str, Any], field: str, how: str) -> None:
    without = {name: value for name, value in record.items() if name != field}
    assert not accepts(schema, without if how == "missing" else {**record, field: None})


@given(
    st.floats(-74.084930, -73.561707),
    st.floats(40.543026, 40.949825),
    st.floats(-74.084930, -73.561707),
    st.floats(40.543026, 40.949825),
)
def test_every_trip_within_the_city_is_accepted(lon: float, lat: float, to_lon: float, to_lat: float) -> None:
    ends = {"pickup_longitude": lon, "pickup_latitude": lat, "dropoff_longitude": to_lon, "dropoff_latitude": to_lat}
    assert accepts(TripRecord, TRIP | ends)


def test_the_box_holds_the_three_airports() -> None:
    for longitude, latitude in ((-73.7822, 40.6441), (-73.8722, 40.7744), (-74.1770, 40.6950)):
        assert LONGITUDE_DEG.low < longitude < LONGITUDE_DEG.high
        assert LATITUDE_DEG.low < latitude < LATITUDE_DEG.high


@pytest.mark.parametrize("schema", [InsuranceRecord, InsurancePrediction, TripRecord, FarePrediction])
def test_every_field_explains_itself(schema: type[BaseModel]) -> None:
    document = schema.model_json_schema()
    schema.model_validate(document["example"])
    assert set(document["required"]) == set(document["properties"])
    for name, rules in document["properties"].items():
        assert {"title", "description", "unit", "examples"} <= rules.keys(), name
        schema.model_validate({**document["example"], name: rules["examples"][0]})


def test_documented_bounds_are_the_enforced_ones() -> None:
    age = InsuranceRecord.model_json_schema()["properties"]["age"]
    assert (age["minimum"], age["maximum"]) == (18, 65)
    pickup = TripRecord.model_json_schema()["properties"]["pickup_datetime"]
    assert pickup["type"] == "string"
    assert pickup["pattern"].startswith("^")


@pytest.mark.parametrize("amount", [-0.01, float("nan"), float("inf"), "1"])
def test_no_answer_is_negative_or_not_a_number(model_class: type[OnnxRegressionModel], amount: object) -> None:
    (field,) = model_class.output_schema.model_fields
    assert not accepts(model_class.output_schema, {field: amount})
