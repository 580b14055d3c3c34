"""What tests of the model room share: both models, real data where there is some, and small trainings."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from model.artifact import ArtifactError
from model.data_files import DataNotFoundError, find_real
from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.synthetic import synthesise
from model.recipe import TrainingRecipe
from model.recipes import MODEL_DIRECTORY, load_recipe
from model.serving import OnnxRegressionModel
from model.taxi_fare import TaxiFareModel

MODELS: tuple[type[OnnxRegressionModel], ...] = (InsuranceChargesModel, TaxiFareModel)
NAMES = ("insurance_charges", "taxi_fare")

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def real_file(recipe: TrainingRecipe) -> Path:
    """Return the real data of a recipe, or skip the test because there is none."""
    try:
        return find_real(recipe.dataset)
    except DataNotFoundError as error:
        pytest.skip(str(error))


@pytest.fixture(params=MODELS, ids=lambda model: model.qualified_name)
def model_class(request: pytest.FixtureRequest) -> type[OnnxRegressionModel]:
    """Each model in turn."""
    chosen: type[OnnxRegressionModel] = request.param
    return chosen


@pytest.fixture(params=NAMES)
def recipe(request: pytest.FixtureRequest) -> TrainingRecipe:
    """Each model's recipe in turn."""
    return load_recipe(request.param)


@pytest.fixture
def insurance_csv(tmp_path: Path) -> Path:
    """Return a small synthetic insurance file."""
    path = tmp_path / "people.csv"
    synthesise(300, seed=0).to_csv(path, index=False)
    return path


@pytest.fixture
def artifact_copy(model_class: type[OnnxRegressionModel], tmp_path: Path) -> Path:
    """Return a copy of the model's artifact that may be damaged."""
    return shutil.copytree(model_class.artifact_directory, tmp_path / "artifact")


def refusal(model_class: type[OnnxRegressionModel], directory: Path) -> str:
    """Return the reason why an artifact is not served."""
    with pytest.raises(ArtifactError) as refused:
        model_class(directory)
    return str(refused.value)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a directory with a copy of the model room, free to be trained in."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(MODEL_DIRECTORY, tmp_path / "checkout" / "model", ignore=ignored)
    return tmp_path / "checkout"


@pytest.fixture
def run(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a module of the checkout as a command, where there is no real data unless the test sets it."""
    monkeypatch.delenv("REAL_DATA_DIR", raising=False)

    def run_module(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-W", "error", "-m", *map(str, arguments)]
        return subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=120, check=False)

    return run_module
