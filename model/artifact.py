"""A trained model on disk: its files, and loading them only if they are whole and belong together."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime
from pydantic import ValidationError

from model.card import CardPart, ModelCard
from model.faults import faults_of, first_few

MODEL_FILE = "model.onnx"
CARD_FILE = "card.json"
CARD_DOCUMENT = "card.md"
EXAMPLES_FILE = "examples.jsonl"


class ArtifactError(Exception):
    """An artifact must not be served; the message says what is wrong with it."""


class GoldenExample(CardPart):
    """A request together with the answer this very artifact gives to it."""

    request: dict[str, Any]
    response: dict[str, float]


@dataclass(frozen=True)
class Artifact:
    """A model that is whole: its card, its golden examples and a session to run it."""

    card: ModelCard
    examples: tuple[GoldenExample, ...]
    session: onnxruntime.InferenceSession


def load_artifact(directory: Path, feature_names: tuple[str, ...]) -> Artifact:
    """Load an artifact for code that encodes ``feature_names``.

    Raises
    ------
    ArtifactError
        If a file is missing, unreadable or not the one the card was written for, or if the model
        was trained on other features.
    """
    card = _read_card(directory)
    if card.feature_names != feature_names:
        message = (
            f"{directory}: the model was trained on features {card.feature_names}, the code encodes {feature_names}"
        )
        raise ArtifactError(message)
    model = _read_verified(directory / MODEL_FILE, card.checksums.model_onnx)
    examples = _read_verified(directory / EXAMPLES_FILE, card.checksums.examples_jsonl)
    session = _open_session(model, directory / MODEL_FILE)
    _require_signature(session, len(feature_names), directory / MODEL_FILE)
    return Artifact(card, _parse_examples(examples, directory / EXAMPLES_FILE), session)


def sha256(content: bytes) -> str:
    """Return the checksum as the card holds it."""
    return hashlib.sha256(content).hexdigest()


def open_session(model: bytes) -> onnxruntime.InferenceSession:
    """Open an ONNX model to run on one thread: replicas, not threads, carry the load.

    A replica's quota is about one core. ONNX Runtime would start a thread for each core of the node, and they would
    use the quota up in a fraction of its period and stand still for the rest.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ArtifactError(message) from error


def _read_card(directory: Path) -> ModelCard:
    path = directory / CARD_FILE
    try:
        return ModelCard.model_validate_json(_read(path))
    except ValidationError as invalid:
        raise unusable(path, "is not a model card", invalid) from invalid


def unusable(path: Path, why: str, invalid: ValidationError) -> ArtifactError:
    """Return the error that names a file of an artifact, what is wrong in it, and the remedy."""
    faults = "; ".join(first_few([str(fault) for fault in faults_of(invalid)]))
    name = path.parent.parent.name  # an artifact is the directory model/<name>/artifact
    return ArtifactError(f"{path}: {why}: {faults}. Train again: python -m model.train {name}")


def _read_verified(path: Path, expected: str) -> bytes:
    content = _read(path)
    found = sha256(content)
    if found != expected:
        message = f"{path}: checksum {found} is not the {expected} of the card: damaged, or from another training"
        raise ArtifactError(message)
    return content


def _open_session(model: bytes, path: Path) -> onnxruntime.InferenceSession:
    try:
        return open_session(model)
    except Exception as error:  # onnxruntime's own exceptions share no base class
        message = f"{path}: is not a model that ONNX Runtime can run: {error}"
        raise ArtifactError(message) from error


def _require_signature(session: onnxruntime.InferenceSession, width: int, path: Path) -> None:
    """Require float64 features (n, width) in and float64 amounts (n, 1) out."""
    found = [(tensor.type, tensor.shape[1:]) for tensor in (*session.get_inputs(), *session.get_outputs())]
    expected = [("tensor(double)", [width]), ("tensor(double)", [1])]
    if found != expected:
        message = f"{path}: takes and gives {found} per row, the code needs {expected}"
        raise ArtifactError(message)


def _parse_examples(content: bytes, path: Path) -> tuple[GoldenExample, ...]:
    try:
        examples = tuple(GoldenExample.model_validate_json(line) for line in content.splitlines())
    except ValidationError as invalid:
        raise unusable(path, "is not one golden example a line", invalid) from invalid
    if not examples:
        message = f"{path}: holds no golden example"
        raise ArtifactError(message)
    return examples
