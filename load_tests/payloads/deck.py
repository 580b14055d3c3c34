"""The deck: requests made and encoded before the run, so that the generator only has to send them."""

import hashlib
import json
import random
from dataclasses import dataclass

from load_tests.payloads.source import PayloadSource, Record
from load_tests.recording.outcomes import Outcome
from load_tests.specification.offered_load import Load

ACCEPTED, REFUSED = 200, 422
CENT = 0.01
LARGEST_ANSWER = 1e15
"""Beyond this a float has no cents."""
_ROUNDING = 1e-6
DECK_SIZE = 3000
"""Requests made ahead; a run that needs more sends them again in the same order."""


@dataclass(frozen=True)
class Payload:
    """One request body and the answer it must get."""

    body: bytes
    status: int
    """The only status that is right."""
    answer: float | None = None
    """The only answer that is right, to the cent; None if any answer that fits will do."""


@dataclass(frozen=True)
class Deck:
    """Payloads in the order in which they are sent, over and over."""

    payloads: tuple[Payload, ...]
    answer_field: str

    @property
    def fingerprint(self) -> str:
        """Tells decks apart: processes that offer one load together have to have the same one."""
        digest = hashlib.sha256()
        for payload in self.payloads:
            digest.update(b"%b %d %a\n" % (payload.body, payload.status, payload.answer))
        return digest.hexdigest()

    def check(self, payload: Payload, status: int, body: bytes) -> tuple[Outcome, str]:
        """Say whether an answer is right; if not, with the kind of failure in words."""
        if status != payload.status:
            return Outcome.WRONG_STATUS, f"status {status} instead of {payload.status}"
        if status != ACCEPTED:
            return Outcome.CORRECT, ""
        value = read_answer(body, self.answer_field)
        if value is None:
            return Outcome.WRONG_ANSWER, "an answer that does not fit the schema"
        if payload.answer is not None and abs(value - payload.answer) > CENT + _ROUNDING:
            return Outcome.WRONG_ANSWER, "a prediction that is not the model's"
        return Outcome.CORRECT, ""


def read_answer(body: bytes, field: str) -> float | None:
    """Value of an answer that is one object with the one field, a finite number not below zero; otherwise None."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    value = answer.get(field) if isinstance(answer, dict) and len(answer) == 1 else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LARGEST_ANSWER:
        return None
    return float(value)


def make_deck(source: PayloadSource, load: Load, size: int = DECK_SIZE) -> Deck:
    """Make a deck with the shares of invalid and golden payloads that `load` asks for, shuffled by its seed."""
    rng = random.Random(load.seed)
    invalid = _at_least_one(size * load.invalid)
    golden = _at_least_one((size - invalid) * load.golden)
    records = source.generate(size - golden, load.seed)
    payloads = [_invalid(record, rng) for record in records[:invalid]]
    payloads += [Payload(_encode(record), ACCEPTED) for record in records[invalid:]]
    if golden:
        examples = source.read_golden_examples()
        chosen = (examples[number % len(examples)] for number in range(golden))
        payloads += [Payload(_encode(record), ACCEPTED, answer) for record, answer in chosen]
    rng.shuffle(payloads)
    return Deck(tuple(payloads), source.answer_field)


def _at_least_one(number: float) -> int:
    """Round, but send a little of what is asked for at all."""
    return max(1, round(number)) if number else 0


def _invalid(record: Record, rng: random.Random) -> Payload:
    """Drop a random field: all are required, so the service must refuse what is left."""
    dropped = rng.choice(sorted(record))
    return Payload(_encode({key: value for key, value in record.items() if key != dropped}), REFUSED)


def _encode(record: Record) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode()
