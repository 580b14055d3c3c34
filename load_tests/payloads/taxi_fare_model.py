"""Taxi rides around New York for the taxi fare model, made by mimesis."""

from pathlib import Path

from mimesis import Generic

from load_tests.payloads.source import PayloadSource, Record

NORTH, SOUTH = 40.949825, 40.543026
EAST, WEST = -73.561707, -74.084930


def generate(count: int, seed: int) -> list[Record]:
    """Make `count` records, uniform over the box that the rides lie in."""
    fake = Generic(seed=seed)

    def latitude() -> float:
        return fake.numeric.float_number(SOUTH, NORTH, precision=6)

    def longitude() -> float:
        return fake.numeric.float_number(WEST, EAST, precision=6)

    return [
        {
            "id": fake.cryptographic.token_hex(8),
            "pickup_datetime": fake.datetime.datetime(start=2009, end=2015).strftime("%Y-%m-%d %H:%M:%S"),
            "pickup_longitude": longitude(),
            "pickup_latitude": latitude(),
            "dropoff_longitude": longitude(),
            "dropoff_latitude": latitude(),
            "passenger_count": fake.numeric.integer_number(1, 6),
        }
        for _ in range(count)
    ]


SOURCE = PayloadSource(
    generate=generate,
    answer_field="price",
    golden_examples=Path(__file__).parents[2] / "model" / "taxi_fare" / "artifact" / "examples.jsonl",
)
