"""From a recipe and a data file to the files of an artifact."""

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel

from model.artifact import CARD_DOCUMENT, CARD_FILE, EXAMPLES_FILE, MODEL_FILE, open_session, sha256
from model.card import Checksums, DataSource, Evaluation, FeatureRange, InputRange, LibraryVersion, ModelCard
from model.card_document import render
from model.console import Progress, say
from model.data_files import DataUnusableError
from model.evaluation import cross_validate, fit, mean_scores
from model.export import to_onnx
from model.golden import golden_lines, golden_requests
from model.recipe import TrainingRecipe, TrainingTable
from model.serving import OnnxRegressor, answers

LIBRARIES = ("numpy", "onnx", "onnxruntime", "pandas", "pydantic", "scikit-learn")


def build_artifact(
    recipe: TrainingRecipe, data: DataSource, path: Path, source_sha256: str, directory: Path
) -> ModelCard:
    """Train on the file at ``path`` and write all files of the artifact into an empty directory."""
    progress = Progress()
    table = _read(recipe, path)
    say(f"  kept {table.rows.kept:,} of {table.rows.read:,} rows, training on {table.rows.trained:,}")
    evaluation = _evaluate(recipe, table, progress)
    booster = fit(recipe.booster(), table.features, table.target, progress, "all rows")
    model = to_onnx(booster, table.features.shape[1])
    examples = _golden_examples(recipe, model)
    checksums = Checksums(model_onnx=sha256(model), examples_jsonl=sha256(examples))
    card = _write_card(recipe, data, table, evaluation, source_sha256, checksums)
    (directory / MODEL_FILE).write_bytes(model)
    (directory / EXAMPLES_FILE).write_bytes(examples)
    (directory / CARD_FILE).write_text(f"{card.model_dump_json(indent=2)}\n", encoding="utf-8")
    (directory / CARD_DOCUMENT).write_text(render(card), encoding="utf-8")
    recipe.model_class(directory)  # what cannot be loaded is not handed over
    return card


def _read(recipe: TrainingRecipe, path: Path) -> TrainingTable:
    try:
        return recipe.read(path)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        message = f"{path}: is not a CSV file: {error}"
        raise DataUnusableError(message) from error


def _evaluate(recipe: TrainingRecipe, table: TrainingTable, progress: Progress) -> Evaluation:
    predicted = cross_validate(recipe.booster, table, progress)
    evaluation = Evaluation(
        split=recipe.split,
        rows=len(table.target),
        model=mean_scores(table.target, predicted, table.fold),
        baseline=mean_scores(table.target, table.baseline, table.fold),
        baseline_description=recipe.baseline_description,
    )
    _, unit, _ = _answer_of(recipe.model_class.output_schema)
    say(f"  {recipe.split}:")
    for who, scores in (("model", evaluation.model), ("baseline", evaluation.baseline)):
        say(f"    {who}: R² {scores.r2:.3f}, MAE {scores.mae:,.2f} {unit}, RMSE {scores.rmse:,.2f} {unit}")
    return evaluation


def _golden_examples(recipe: TrainingRecipe, model: bytes) -> bytes:
    requests = golden_requests(recipe.draw, recipe.seed)
    amounts = OnnxRegressor(open_session(model)).predict(recipe.model_class.encode(requests))
    return golden_lines(requests, answers(recipe.model_class.output_schema, amounts))


def _write_card(  # noqa: PLR0913, PLR0917 - a card gathers what is known
    recipe: TrainingRecipe,
    data: DataSource,
    table: TrainingTable,
    evaluation: Evaluation,
    source_sha256: str,
    checksums: Checksums,
) -> ModelCard:
    model = recipe.model_class
    name, unit, meaning = _answer_of(model.output_schema)
    return ModelCard(
        qualified_name=model.qualified_name,
        display_name=model.display_name,
        version=f"{recipe.version}+{checksums.model_onnx[:8]}",
        description=model.description,
        intended_use=recipe.intended_use,
        limits=recipe.limits,
        output=f"{name}, {unit}: {meaning}",
        unit=unit,
        algorithm=recipe.algorithm,
        seed=recipe.seed,
        data=data,
        rows=table.rows,
        evaluation=evaluation,
        inputs=_inputs(model.input_schema, table),
        features=_features(model.feature_names, table.features),
        libraries=_libraries(),
        source_sha256=source_sha256,
        checksums=checksums,
    )


def _answer_of(schema: type[BaseModel]) -> tuple[str, str, str]:
    """Return name, unit and meaning of the one field that an answer has."""
    ((name, rules),) = schema.model_json_schema()["properties"].items()
    return name, rules["unit"], rules["description"]


def _inputs(schema: type[BaseModel], table: TrainingTable) -> tuple[InputRange, ...]:
    properties: dict[str, dict[str, Any]] = schema.model_json_schema()["properties"]
    trained = {trained.name: trained.values for trained in table.ranges}
    return tuple(
        InputRange(name=name, unit=rules["unit"], served=_served(rules), trained=trained[name])
        for name, rules in properties.items()
    )


def _served(rules: dict[str, Any]) -> str:
    """Say what a field may be, from its JSON schema."""
    if "enum" in rules:
        return ", ".join(map(str, rules["enum"]))
    if "minimum" in rules:
        return f"{rules['minimum']} to {rules['maximum']}"
    if "minLength" in rules:
        return f"{rules['minLength']} to {rules['maxLength']} characters"
    return "true or false" if rules["type"] == "boolean" else f"like {rules['examples'][0]}"


def _features(names: tuple[str, ...], features: NDArray[np.float32]) -> tuple[FeatureRange, ...]:
    lowest, highest = features.min(axis=0).tolist(), features.max(axis=0).tolist()
    return tuple(
        FeatureRange(name=name, minimum=round(low, 6), maximum=round(high, 6))
        for name, low, high in zip(names, lowest, highest, strict=True)
    )


def _libraries() -> tuple[LibraryVersion, ...]:
    python = LibraryVersion(name="python", version=platform.python_version())
    return (python, *(LibraryVersion(name=name, version=version(name)) for name in LIBRARIES))
