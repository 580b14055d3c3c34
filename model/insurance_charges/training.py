"""How the insurance model is trained: reading, cleaning, boosting."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import KFold

from model.bounds import Bounds
from model.card import Rows
from model.cleaning import Rule, require_columns, require_enough, sort_out
from model.data_files import Dataset, PublicFile
from model.evaluation import least_squares_held_out
from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.features import InsuranceColumns, encode_columns
from model.insurance_charges.schema import AGE_YEARS, BMI_KG_PER_M2, CHILDREN, REGIONS, SEXES, InsuranceRecord
from model.insurance_charges.synthetic import synthesise
from model.recipe import TrainedRange, TrainingRecipe, TrainingTable

COLUMNS = ("age", "sex", "bmi", "children", "smoker", "region", "charges")
NUMBERS = ("age", "bmi", "children", "charges")
# Wider than what is served: the few people above 50 are real and teach the model the upper end.
PLAUSIBLE_BMI_KG_PER_M2 = Bounds(10.0, 70.0)
FOLDS = 10
SYNTHETIC_ROWS = 2_000


class Recipe(TrainingRecipe):
    """Gradient boosting on the Medical Cost data set."""

    model_class = InsuranceChargesModel
    dataset = Dataset(
        title="Medical Cost Personal Datasets",
        file_names=("insurance.csv",),
        origin=PublicFile(
            url="https://raw.githubusercontent.com/stedy/Machine-Learning-with-R-datasets/master/insurance.csv",
            sha256="505c1cbc2e63d0363bac59501563df2530aadf4cdb9cfee226f4ef32f5468281",
            content_sha256="492c3412ab93a1a98c7940e166401a3c4d43e38314710194b754504e254f866a",
        ),
    )
    version = "1.0.0"
    seed: ClassVar[int] = 7
    algorithm = "gradient-boosted trees, Huber loss (scikit-learn GradientBoostingRegressor)"
    split = f"{FOLDS}-fold cross-validation, shuffled, seed 7; mean over the folds"
    baseline_description = "least squares on the encoded features"
    intended_use = (
        "An example to load-test: predicts the yearly medical costs of one person insured in the United States "
        "as the data set records them."
    )
    limits = (
        "1,338 people of one data set simulated from US census figures; not evidence about real people, "
        "and not fit to set premiums or to decide on anyone.",
        "Costs follow sex and region as recorded; no test for fairness was made.",
        f"Trained on ages up to 64 and a body mass index up to 53; requests may range over "
        f"{AGE_YEARS.low}-{AGE_YEARS.high} years and {BMI_KG_PER_M2.low:g}-{BMI_KG_PER_M2.high:g} kg/m2.",
        "The Huber loss follows the usual year: the rare very expensive one is predicted too low.",
    )

    def read(self, path: Path) -> TrainingTable:
        """Read, clean and encode the rows of a file."""
        people = pd.read_csv(path)
        require_columns(people, COLUMNS, path)
        for name in NUMBERS:
            people[name] = pd.to_numeric(people[name], errors="coerce")
        kept, dropped = sort_out(people, _rules(people))
        people = people[kept].reset_index(drop=True)
        require_enough(len(people), path)
        target = people["charges"].to_numpy(dtype=np.float64)
        features = encode_columns(columns(people))
        fold = _folds(len(people), self.seed)
        return TrainingTable(
            features=features,
            target=target,
            fold=fold,
            baseline=least_squares_held_out(_with_constant(features), target, fold),
            rows=Rows(read=len(kept), kept=len(people), dropped=dropped, trained=len(people), sampling="all rows kept"),
            ranges=_ranges(people),
        )

    def synthesise(self, path: Path) -> None:
        """Write a synthetic file by the rules of ``model.insurance_charges.synthetic``."""
        synthesise(SYNTHETIC_ROWS, self.seed).to_csv(path, index=False)

    def booster(self) -> GradientBoostingRegressor:
        """Return an unfitted model with its random seed set."""
        return GradientBoostingRegressor(
            loss="huber",
            alpha=0.95,
            n_estimators=100,
            learning_rate=0.05,
            max_depth=3,
            min_samples_leaf=15,
            subsample=0.5,
            random_state=self.seed,
        )

    def draw(self, generator: np.random.Generator) -> InsuranceRecord:
        """Draw one record uniformly from the served ranges."""
        return InsuranceRecord(
            age=int(generator.integers(AGE_YEARS.low, AGE_YEARS.high, endpoint=True)),
            sex=SEXES[generator.integers(len(SEXES))],
            bmi=round(float(generator.uniform(BMI_KG_PER_M2.low, BMI_KG_PER_M2.high)), 1),
            children=int(generator.integers(CHILDREN.low, CHILDREN.high, endpoint=True)),
            smoker=bool(generator.integers(2)),
            region=REGIONS[generator.integers(len(REGIONS))],
        )


def columns(people: pd.DataFrame) -> InsuranceColumns:
    """Take the columns of the data set as the encoder wants them."""
    return InsuranceColumns(
        age=people["age"].to_numpy(),
        sex=people["sex"].to_numpy(dtype=object),
        bmi=people["bmi"].to_numpy(),
        children=people["children"].to_numpy(),
        smoker=people["smoker"].to_numpy(dtype=object) == "yes",
        region=people["region"].to_numpy(dtype=object),
    )


def _rules(people: pd.DataFrame) -> tuple[Rule, ...]:
    """Say what is wrong with which row; the first reason that applies counts."""
    return (
        Rule("a value is missing or not a number", people[list(COLUMNS)].isna().any(axis=1).to_numpy()),
        Rule(f"age outside {AGE_YEARS.low}-{AGE_YEARS.high} years", ~AGE_YEARS.contains(people["age"].to_numpy())),
        Rule(
            f"bmi outside {PLAUSIBLE_BMI_KG_PER_M2.low:g}-{PLAUSIBLE_BMI_KG_PER_M2.high:g} kg/m2",
            ~PLAUSIBLE_BMI_KG_PER_M2.contains(people["bmi"].to_numpy()),
        ),
        Rule(f"children outside {CHILDREN.low}-{CHILDREN.high}", ~CHILDREN.contains(people["children"].to_numpy())),
        Rule("unknown sex", ~people["sex"].isin(SEXES).to_numpy()),
        Rule("unknown smoker status", ~people["smoker"].isin(("yes", "no")).to_numpy()),
        Rule("unknown region", ~people["region"].isin(REGIONS).to_numpy()),
        Rule("charges not positive", ~(people["charges"] > 0).to_numpy()),
    )


def _folds(rows: int, seed: int) -> NDArray[np.int64]:
    """Assign every row to the fold that holds it out, shape (rows,)."""
    fold = np.empty(rows, dtype=np.int64)
    splits = KFold(FOLDS, shuffle=True, random_state=seed).split(fold)
    for number, (_, held_out) in enumerate(splits):
        fold[held_out] = number
    return fold


def _with_constant(features: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.column_stack([features.astype(np.float64), np.ones(len(features))])


def _ranges(people: pd.DataFrame) -> tuple[TrainedRange, ...]:
    numbers = tuple(
        TrainedRange(name, f"{people[name].min():g} to {people[name].max():g}") for name in ("age", "bmi", "children")
    )
    categories = tuple(
        TrainedRange(name, ", ".join(sorted(people[name].unique()))) for name in ("sex", "smoker", "region")
    )
    return numbers + categories
