"""Cards: the committed ones tell what the committed artifacts are."""

import hashlib
from pathlib import Path

import pytest

from model.artifact import CARD_DOCUMENT, MODEL_FILE
from model.building import LIBRARIES
from model.card_document import render
from model.recipe import TrainingRecipe
from model.recipes import load_recipe
from model.serving import OnnxRegressionModel
from model.train import source_sha256, train
from tests.model.conftest import NAMES, real_file

ModelClass = type[OnnxRegressionModel]


def test_the_markdown_card_says_what_the_json_says(model_class: ModelClass) -> None:
    document = (model_class.artifact_directory / CARD_DOCUMENT).read_text(encoding="utf-8")
    assert document == render(model_class().card)


def test_the_card_accounts_for_every_row(model_class: ModelClass) -> None:
    rows = model_class().card.rows
    assert rows.read == rows.kept + sum(part.rows for part in rows.dropped)
    assert rows.trained <= rows.kept


def test_the_card_covers_every_input_and_feature(model_class: ModelClass) -> None:
    card = model_class().card
    assert [field.name for field in card.inputs] == list(model_class.input_schema.model_fields)
    assert card.feature_names == model_class.feature_names
    assert all(feature.minimum <= feature.maximum for feature in card.features)
    assert {library.name for library in card.libraries} == {"python", *LIBRARIES}
    assert card.version.endswith(
        hashlib.sha256((model_class.artifact_directory / MODEL_FILE).read_bytes()).hexdigest()[:8]
    )
    assert card.intended_use
    assert card.limits


def test_the_committed_models_are_trained_on_real_data(model_class: ModelClass) -> None:
    assert model_class().card.data.kind == "real"


def test_the_insurance_model_is_as_good_as_promised() -> None:
    evaluation = load_recipe("insurance_charges").model_class().card.evaluation
    assert "10-fold" in evaluation.split
    assert evaluation.rows == 1_338
    assert evaluation.model.r2 >= 0.855
    assert evaluation.model.mae <= 2_480
    assert evaluation.model.mae < evaluation.baseline.mae


def test_the_taxi_model_is_as_good_as_promised() -> None:
    evaluation = load_recipe("taxi_fare").model_class().card.evaluation
    assert "5-fold" in evaluation.split
    assert evaluation.model.mae <= 1.80
    assert evaluation.model.mae <= 0.7 * evaluation.baseline.mae


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_artifact_is_what_training_on_the_real_data_makes(name: str, tmp_path: Path) -> None:
    """Another machine may add up in another order, so the figures, not the bytes, must agree."""
    recipe: TrainingRecipe = load_recipe(name)
    real_file(recipe)
    committed = recipe.model_class().card
    assert committed.source_sha256 == source_sha256(name), f"run `python -m model.train {name}`"
    train(name, "real", directory=tmp_path / "artifact")
    again = recipe.model_class(tmp_path / "artifact").card
    assert again.rows == committed.rows
    assert again.data == committed.data
    assert again.evaluation.model.mae == pytest.approx(committed.evaluation.model.mae, rel=1e-3)
    assert again.evaluation.baseline == committed.evaluation.baseline
