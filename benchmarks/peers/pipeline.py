"""The committed model again as a scikit-learn pipeline, which is trained anew: it is committed as ONNX only."""

import sys
from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from model.console import Progress
from model.data_files import DataNotFoundError
from model.evaluation import fit
from model.insurance_charges.features import FEATURE_NAMES
from model.insurance_charges.training import Recipe
from model.training_file import REAL, SYNTHETIC, training_file


def train(path: Path) -> str:
    """Train on the real data if they are here, else on synthetic ones; return which."""
    recipe, data = Recipe(), REAL
    try:
        with training_file(recipe, data) as file:
            table = recipe.read(file.path)
    except DataNotFoundError as missing:
        sys.stderr.write(f"{missing}\nThe peers with scikit-learn get a model of synthetic data.\n")
        data = SYNTHETIC
        with training_file(recipe, data) as file:
            table = recipe.read(file.path)
    booster = fit(recipe.booster(), table.features, table.target, Progress(), "all rows")
    path.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(Pipeline([("encode", encoder()), ("boost", booster)]), path)
    return data


def encoder() -> ColumnTransformer:
    """Encode a DataFrame of records in the order of the project's features."""
    regions = list(FEATURE_NAMES[-4:])
    columns = ColumnTransformer(
        [
            ("numbers", "passthrough", list(FEATURE_NAMES[:3])),
            ("smoker", OrdinalEncoder(categories=[[False, True]]), ["smoker"]),
            ("male", OrdinalEncoder(categories=[["female", "male"]]), ["sex"]),
            ("region", OneHotEncoder(categories=[regions], sparse_output=False), ["region"]),
        ]
    )
    first = {"age": 18, "sex": "male", "bmi": 20.0, "children": 0, "smoker": False, "region": regions[0]}
    return columns.fit(pd.DataFrame([first]))
