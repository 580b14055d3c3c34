"""Synthetic insured people, made by rules that anyone can read.

The rules follow what is generally known of the public Medical Cost data set (simulated by its
authors from US census figures): costs grow with the square of the age, smoking costs much more from
a body mass index of 30 on, each child adds a little, and a few people have an expensive year.

==========  ====================================================================================
field       rule
==========  ====================================================================================
age         uniform over 18 … 64 years
sex         female or male, even odds
bmi         normal, mean 30.5, standard deviation 6, cut to the served range
children    0 … 5 with probabilities 43, 24, 18, 12, 2, 1 %
smoker      one in five
region      four regions, even odds
charges     2,000 USD + 3.3 USD x age² + 550 USD x children;
            smokers: + 13,500 USD + 480 USD x (bmi - 25), and + 13,500 USD more from bmi 30 on;
            non-smokers: one in ten has an expensive year, + 5,000 … 20,000 USD;
            all: +/- 5 % (normal), at least 1,000 USD
==========  ====================================================================================
"""

import numpy as np
import pandas as pd

from model.insurance_charges.schema import BMI_KG_PER_M2, CHILDREN, REGIONS, SEXES

AGES_YEARS = range(18, 65)
CHILDREN_PROBABILITIES = (0.43, 0.24, 0.18, 0.12, 0.02, 0.01)
OBESE_FROM_BMI = 30.0


def synthesise(rows: int, seed: int) -> pd.DataFrame:
    """Make insured people in the columns of the real data set, the same for the same seed."""
    generator = np.random.default_rng(seed)
    people = pd.DataFrame(
        {
            "age": generator.choice(AGES_YEARS, rows),
            "sex": generator.choice(SEXES, rows),
            "bmi": generator.normal(30.5, 6.0, rows).clip(BMI_KG_PER_M2.low, BMI_KG_PER_M2.high).round(2),
            "children": generator.choice(CHILDREN.high + 1, rows, p=CHILDREN_PROBABILITIES),
            "smoker": generator.choice(["yes", "no"], rows, p=[0.2, 0.8]),
            "region": generator.choice(REGIONS, rows),
        }
    )
    people["charges"] = _charges_usd(people, generator)
    return people


def _charges_usd(people: pd.DataFrame, generator: np.random.Generator) -> pd.Series:
    smoker = people["smoker"] == "yes"
    base = 2_000.0 + 3.3 * people["age"] ** 2 + 550.0 * people["children"]
    smoking = 13_500.0 + 480.0 * (people["bmi"] - 25.0) + 13_500.0 * (people["bmi"] >= OBESE_FROM_BMI)
    expensive_year = generator.uniform(5_000.0, 20_000.0, len(people)) * (generator.random(len(people)) < 0.1)
    charges = (base + smoking.where(smoker, expensive_year)) * generator.normal(1.0, 0.05, len(people))
    return charges.clip(lower=1_000.0).round(2)
