"""The file to train on: the real one, a synthetic one or one that the user names, and what the card says of it."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from model.card import DataKind, DataSource
from model.console import Progress
from model.data_files import DataNotFoundError, find_real
from model.recipe import TrainingRecipe

REAL, SYNTHETIC = "real", "synthetic"
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class TrainingFile:
    """A file to train on, and what the card says of it."""

    path: Path
    source: DataSource


@contextmanager
def training_file(recipe: TrainingRecipe, data: str) -> Iterator[TrainingFile]:
    """Give the file that ``real``, ``synthetic`` or a path stands for; a synthetic one is deleted afterwards."""
    if data == REAL:
        path = find_real(recipe.dataset)
        yield TrainingFile(path, _describe(path, "real", recipe.dataset.title))
    elif data == SYNTHETIC:
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary) / recipe.dataset.file_names[0]
            recipe.synthesise(path)
            yield TrainingFile(path, _describe(path, "synthetic", f"made up by rules like {recipe.dataset.title}"))
    else:
        path = Path(data)
        if not path.is_file():
            message = f"no such file: {data} (--data is {REAL}, {SYNTHETIC} or the path of a CSV file)"
            raise DataNotFoundError(message)
        yield TrainingFile(path, _describe(path, "file", f"in the columns of {recipe.dataset.title}"))


def _describe(path: Path, kind: DataKind, description: str) -> DataSource:
    digest = hashlib.sha256()
    progress = Progress()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            progress.update(f"  checksum: {file.tell():,} bytes of {path.name}")
    return DataSource(kind=kind, name=path.name, sha256=digest.hexdigest(), description=description)
