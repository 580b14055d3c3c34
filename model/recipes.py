"""Finding the recipe of a model by its name: the package ``model/<name>/`` with a module ``training``."""

import argparse
import importlib
from pathlib import Path

from model.recipe import TrainingRecipe

MODEL_DIRECTORY = Path(__file__).parent


def trainable_names() -> list[str]:
    """Return the names of all models that can be trained."""
    return sorted(path.parent.name for path in MODEL_DIRECTORY.glob("*/training.py"))


def known_name(name: str) -> str:
    """Refuse, for a command line, the name of a model that cannot be trained."""
    if name not in trainable_names():
        message = f"unknown model {name}: choose from {', '.join(trainable_names())}"
        raise argparse.ArgumentTypeError(message)
    return name


def load_recipe(name: str) -> TrainingRecipe:
    """Import the recipe of a model: the class ``Recipe`` of its module ``training``."""
    recipe: TrainingRecipe = importlib.import_module(f"model.{name}.training").Recipe()
    return recipe
