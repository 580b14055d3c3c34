"""`python -m model.train`: train models, unless nothing they are made of has changed.

A model is a package ``model/<name>/`` with a module ``training`` that holds a class ``Recipe``;
there is no list to add it to.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from model.artifact import CARD_FILE, ArtifactError
from model.building import build_artifact
from model.card import DataSource
from model.console import say
from model.data_files import DataNotFoundError, DataUnusableError
from model.recipe import TrainingRecipe
from model.recipes import MODEL_DIRECTORY, known_name, load_recipe, trainable_names
from model.storage import replacement
from model.training_file import REAL, SYNTHETIC, training_file

SHARED_SOURCES = (
    "bounds.py",
    "building.py",
    "card.py",
    "card_document.py",
    "cleaning.py",
    "evaluation.py",
    "export.py",
    "golden.py",
    "recipe.py",
    "sampling.py",
    "serving.py",
)
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Train what the command line says; return the exit code."""
    options = _parse(arguments)
    try:
        for name in options.names or trainable_names():
            train(name, options.data, force=options.force)
    except (DataNotFoundError, DataUnusableError) as error:
        sys.stderr.write(f"error: {error}\n")
        return EXIT_USAGE
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: the artifact is as it was before\n")
        return EXIT_INTERRUPTED
    return 0


def train(name: str, data: str, *, force: bool = False, directory: Path | None = None) -> None:
    """Train one model on ``real`` or ``synthetic`` data or on a file, unless its artifact is up to date."""
    recipe = load_recipe(name)
    directory = directory or recipe.model_class.artifact_directory
    fingerprint = source_sha256(name)
    with training_file(recipe, data) as file:
        say(f"{name}: {file.source.kind} data, {file.path} (sha256 {file.source.sha256[:12]})")
        if not force and is_up_to_date(recipe, directory, file.source, fingerprint):
            os.utime(directory / CARD_FILE)
            say("  nothing to do: data, training code and artifact are as the model card says")
            return
        with replacement(directory) as staging:
            card = build_artifact(recipe, file.source, file.path, fingerprint, staging)
    say(f"  wrote {directory} ({card.version})")


def source_sha256(name: str) -> str:
    """Fingerprint the code that decides what the trained model is."""
    paths = [MODEL_DIRECTORY / shared for shared in SHARED_SOURCES]
    paths += sorted((MODEL_DIRECTORY / name).glob("*.py"))
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(MODEL_DIRECTORY)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_up_to_date(recipe: TrainingRecipe, directory: Path, data: DataSource, fingerprint: str) -> bool:
    """Say whether the artifact is whole and was made from this data by this code."""
    try:
        card = recipe.model_class(directory).card
    except ArtifactError:
        return False
    return (card.data, card.source_sha256) == (data, fingerprint)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m model.train", description="Train models.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", type=known_name, help="models to train; all if none is named"
    )
    parser.add_argument("--data", default=REAL, help=f"{REAL} (default), {SYNTHETIC}, or a CSV file for one model")
    parser.add_argument("--force", action="store_true", help="train even if nothing has changed")
    options = parser.parse_args(arguments)
    if options.data not in {REAL, SYNTHETIC} and len(options.names) != 1:
        parser.error("--data PATH needs the name of the one model it is for")
    return options


if __name__ == "__main__":
    sys.exit(main())
