"""Insured people for the insurance charges model, made by Faker."""

from pathlib import Path

from faker import Faker

from load_tests.payloads.source import PayloadSource, Record

REGIONS = ("southwest", "southeast", "northwest", "northeast")


def generate(count: int, seed: int) -> list[Record]:
    """Make `count` records, uniform over the model's ranges."""
    fake = Faker()
    fake.seed_instance(seed)
    return [
        {
            "age": fake.pyint(18, 65),
            "sex": fake.random_element(("male", "female")),
            "bmi": fake.pyint(150, 500) / 10,
            "children": fake.pyint(0, 5),
            "smoker": fake.pybool(),
            "region": fake.random_element(REGIONS),
        }
        for _ in range(count)
    ]


SOURCE = PayloadSource(
    generate=generate,
    answer_field="charges",
    golden_examples=Path(__file__).parents[2] / "model" / "insurance_charges" / "artifact" / "examples.jsonl",
)
