"""Payloads are made ahead, seeded, in the shares asked for, and every answer is held against what it must be."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from load_tests.payloads.deck import Deck, Payload, make_deck
from load_tests.payloads.source import PayloadSource, Record, source_for
from load_tests.recording.outcomes import Outcome
from load_tests.specification.errors import ScenarioError
from load_tests.specification.offered_load import Load
from model.insurance_charges.schema import InsuranceRecord
from model.taxi_fare.schema import TripRecord

MODELS: dict[str, type[BaseModel]] = {"insurance_charges_model": InsuranceRecord, "taxi_fare_model": TripRecord}
LOAD = Load.model_validate({"invalid": "1/6", "golden": "1/10", "seed": 3})


@pytest.mark.parametrize("model", MODELS)
def test_generated_records_are_valid_and_the_same_for_the_same_seed(model: str) -> None:
    generate = source_for(model).generate
    records = generate(200, 1)
    for record in records:
        MODELS[model].model_validate(record)
    assert records == generate(200, 1) != generate(200, 2)


def test_taxi_rides_lie_in_the_box_of_the_test_payloads() -> None:
    for record in source_for("taxi_fare_model").generate(200, 1):
        assert 40.543026 <= record["pickup_latitude"] <= 40.949825
        assert -74.084930 <= record["dropoff_longitude"] <= -73.561707


@pytest.mark.parametrize("model", MODELS)
def test_a_deck_holds_the_shares_asked_for(model: str) -> None:
    source = source_for(model)
    payloads = make_deck(source, LOAD, size=600).payloads
    assert len(payloads) == 600
    assert sum(payload.status == 422 for payload in payloads) == 100
    assert sum(payload.answer is not None for payload in payloads) == 50
    assert payloads == make_deck(source, LOAD, size=600).payloads


@pytest.mark.parametrize("model", MODELS)
def test_an_invalid_payload_lacks_one_field_and_each_field_is_lacking_in_some(model: str) -> None:
    fields = set(MODELS[model].model_fields)
    lacking = [
        fields - set(json.loads(payload.body))
        for payload in make_deck(source_for(model), LOAD, size=600).payloads
        if payload.status == 422
    ]
    assert {len(names) for names in lacking} == {1}
    assert set().union(*lacking) == fields


def test_a_small_share_is_sent_at_all() -> None:
    load = Load.model_validate({"invalid": "0.001%", "golden": "0.001%"})
    payloads = make_deck(source_for("taxi_fare_model"), load, size=100).payloads
    assert [sum(payload.status == 422 for payload in payloads), sum(p.answer is not None for p in payloads)] == [1, 1]


def test_decks_with_other_payloads_have_other_fingerprints() -> None:
    """Workers with another working copy must not join a run."""
    decks = [
        Deck((Payload(body, status, answer),), "charges")
        for body, status, answer in ((b"a", 200, None), (b"b", 200, None), (b"a", 422, None), (b"a", 200, 1.5))
    ]
    assert len({deck.fingerprint for deck in decks}) == 4
    assert Deck((Payload(b"a", 200),), "charges").fingerprint == decks[0].fingerprint


DECK = Deck((), "charges")
ANY, GOLDEN, INVALID = Payload(b"", 200), Payload(b"", 200, answer=10.0), Payload(b"", 422)


@pytest.mark.parametrize(
    ("payload", "status", "body", "outcome"),
    [
        (ANY, 200, b'{"charges": 12.5}', Outcome.CORRECT),
        (ANY, 200, b'{"charges": 12}', Outcome.CORRECT),
        (ANY, 200, b'{"charges": -0.01}', Outcome.WRONG_ANSWER),
        (ANY, 200, b'{"charges": NaN}', Outcome.WRONG_ANSWER),
        (ANY, 200, b'{"charges": Infinity}', Outcome.WRONG_ANSWER),
        (ANY, 200, b'{"charges": "12.5"}', Outcome.WRONG_ANSWER),
        (ANY, 200, b'{"charges": true}', Outcome.WRONG_ANSWER),
        (ANY, 200, b'{"charges": 12.5, "more": 1}', Outcome.WRONG_ANSWER),
        (ANY, 200, b'{"price": 12.5}', Outcome.WRONG_ANSWER),
        (ANY, 200, b"[12.5]", Outcome.WRONG_ANSWER),
        (ANY, 200, b"<html>", Outcome.WRONG_ANSWER),
        (ANY, 200, b"", Outcome.WRONG_ANSWER),
        (ANY, 200, b'{"charges": 1' + b"0" * 400 + b"}", Outcome.WRONG_ANSWER),
        (ANY, 200, b'{"charges": 1e400}', Outcome.WRONG_ANSWER),
        (ANY, 200, b"[" * 100_000, Outcome.WRONG_ANSWER),
        (ANY, 200, b"\xff", Outcome.WRONG_ANSWER),
        (ANY, 422, b"", Outcome.WRONG_STATUS),
        (ANY, 503, b"", Outcome.WRONG_STATUS),
        (ANY, 302, b"", Outcome.WRONG_STATUS),
        (GOLDEN, 200, b'{"charges": 10.0}', Outcome.CORRECT),
        (GOLDEN, 200, b'{"charges": 10.01}', Outcome.CORRECT),
        (GOLDEN, 200, b'{"charges": 10.02}', Outcome.WRONG_ANSWER),
        (GOLDEN, 200, b'{"charges": 9.98}', Outcome.WRONG_ANSWER),
        (INVALID, 422, b"", Outcome.CORRECT),
        (INVALID, 200, b'{"charges": 12.5}', Outcome.WRONG_STATUS),
        (INVALID, 500, b"", Outcome.WRONG_STATUS),
    ],
)
def test_an_answer_is_right_only_with_its_status_and_its_value(
    payload: Payload, status: int, body: bytes, outcome: Outcome
) -> None:
    assert DECK.check(payload, status, body)[0] is outcome


def test_a_model_without_payloads_is_answered_with_the_file_to_write() -> None:
    with pytest.raises(ScenarioError, match=re.escape("write load_tests/payloads/other_model.py")):
        source_for("other_model")


@pytest.mark.parametrize(
    ("text", "why"), [(None, "FileNotFoundError"), ("{", "JSONDecodeError"), ("{}", "KeyError"), ("[]", "TypeError")]
)
def test_golden_examples_that_cannot_be_read_are_named(tmp_path: Path, text: str | None, why: str) -> None:
    path = tmp_path / "examples.jsonl"
    if text is not None:
        path.write_text(text)

    def generate(count: int, seed: int) -> list[Record]:
        return [{"seed": seed}] * count

    source = PayloadSource(generate=generate, answer_field="charges", golden_examples=path)
    with pytest.raises(ScenarioError, match=rf"examples.jsonl: {why}.* set load.golden to 0%"):
        make_deck(source, LOAD)
    make_deck(source, Load.model_validate({"golden": "0%"}))
