"""Synthetic sets: made by rules, the same every time, and like the real ones where it matters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score

from model.insurance_charges import synthetic as insurance
from model.insurance_charges.training import Recipe as InsuranceRecipe
from model.recipe import TrainingRecipe
from model.taxi_fare import synthetic as taxi
from model.taxi_fare.training import Recipe as TaxiRecipe
from tests.model.conftest import real_file


def test_the_same_seed_makes_the_same_file(recipe: TrainingRecipe, tmp_path: Path) -> None:
    for name in ("first", "second"):
        recipe.synthesise(tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_another_seed_makes_other_people() -> None:
    assert not insurance.synthesise(50, seed=1).equals(insurance.synthesise(50, seed=2))


def test_a_synthetic_file_has_the_columns_of_the_real_one(recipe: TrainingRecipe, tmp_path: Path) -> None:
    recipe.synthesise(tmp_path / "rows.csv")
    made, real = (list(pd.read_csv(path, nrows=0).columns) for path in (tmp_path / "rows.csv", real_file(recipe)))
    assert made == real


def test_a_model_that_knows_only_synthetic_people_understands_real_ones(tmp_path: Path) -> None:
    recipe = InsuranceRecipe()
    real = recipe.read(real_file(recipe))
    recipe.synthesise(tmp_path / "people.csv")
    made = recipe.read(tmp_path / "people.csv")
    booster = recipe.booster().fit(made.features, made.target)
    assert r2_score(real.target, booster.predict(real.features)) >= 0.75


@pytest.mark.parametrize(("smoker", "factor"), [("yes", 1.6), ("no", 1.0)])
def test_only_smokers_pay_for_a_bmi_from_30_on(smoker: str, factor: float) -> None:
    people = insurance.synthesise(20_000, seed=0)
    group = people[people["smoker"] == smoker]
    above, below = (group[group["bmi"].between(*ends)]["charges"].median() for ends in ((30, 32), (28, 29.99)))
    assert above / below == pytest.approx(factor, rel=0.1)


def test_one_trip_in_fifty_is_broken_and_all_of_those_are_dropped(tmp_path: Path) -> None:
    recipe = TaxiRecipe()
    taxi.synthesise(5_000, np.random.default_rng(0)).to_csv(tmp_path / "trips.csv", index=False)
    rows = recipe.read(tmp_path / "trips.csv").rows
    assert rows.read == 5_000
    assert (rows.read - rows.kept) / rows.read == pytest.approx(0.02, abs=0.008)
    reasons = [part.reason for part in rows.dropped if part.rows]
    assert len(reasons) >= 5


def test_jfk_is_a_flat_fare_that_rose_in_2012() -> None:
    trips = taxi.synthesise(200_000, np.random.default_rng(0))
    flat = trips["fare_amount"].isin([45.0, 52.0])
    times = trips["pickup_datetime"].str.slice(0, 10)
    assert (trips[flat & (times < "2012-09-04")]["fare_amount"] == 45.0).mean() > 0.9
    assert (trips[flat & (times >= "2012-09-04")]["fare_amount"] == 52.0).mean() > 0.9
