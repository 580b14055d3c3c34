"""Artifacts that are damaged, or do not belong to the code, are not served, and the reason is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from model.artifact import CARD_FILE, EXAMPLES_FILE, MODEL_FILE, sha256
from model.serving import OnnxRegressionModel
from tests.model.conftest import refusal

ModelClass = type[OnnxRegressionModel]


def edit_card(directory: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Change the card's JSON in place."""
    path = directory / CARD_FILE
    card = json.loads(path.read_text(encoding="utf-8"))
    edit(card)
    path.write_text(json.dumps(card), encoding="utf-8")


def replace_file(directory: Path, name: str, content: bytes) -> None:
    """Replace a file and sign it in the card, as an attacker or a careless person would."""
    (directory / name).write_bytes(content)
    key = name.replace(".", "_")
    edit_card(directory, lambda card: card["checksums"].update({key: sha256(content)}))


def constant_model(width: int, input_type: int = TensorProto.DOUBLE) -> bytes:
    """Return a model that answers 1 to rows of ``width`` numbers."""
    graph = helper.make_graph(
        [
            helper.make_node("ReduceSum", ["x"], ["s"], keepdims=1),
            helper.make_node("Sub", ["s", "s"], ["z"]),
            helper.make_node("Exp", ["z"], ["y"]),
        ],
        "constant",
        [helper.make_tensor_value_info("x", input_type, [None, width])],
        [helper.make_tensor_value_info("y", input_type, [None, 1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    content: bytes = model.SerializeToString()
    return content


def test_the_committed_artifact_is_served(model_class: ModelClass, artifact_copy: Path) -> None:
    assert model_class(artifact_copy).version == model_class().version


@pytest.mark.parametrize("name", [MODEL_FILE, EXAMPLES_FILE])
@pytest.mark.parametrize("position", [0.0, 0.5, 0.999])
def test_one_flipped_byte_is_noticed(model_class: ModelClass, artifact_copy: Path, name: str, position: float) -> None:
    content = bytearray((artifact_copy / name).read_bytes())
    content[int(position * len(content))] ^= 1
    (artifact_copy / name).write_bytes(content)
    reason = refusal(model_class, artifact_copy)
    assert name in reason
    assert "checksum" in reason


@pytest.mark.parametrize("name", [MODEL_FILE, EXAMPLES_FILE, CARD_FILE])
def test_a_missing_file_is_named(model_class: ModelClass, artifact_copy: Path, name: str) -> None:
    (artifact_copy / name).unlink()
    reason = refusal(model_class, artifact_copy)
    assert name in reason
    assert "No such file" in reason


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff\xfe", b"[1]"])
def test_an_unreadable_card_is_named(model_class: ModelClass, artifact_copy: Path, content: bytes) -> None:
    (artifact_copy / CARD_FILE).write_bytes(content)
    reason = refusal(model_class, artifact_copy)
    assert CARD_FILE in reason
    assert "is not a model card" in reason
    assert "pydantic" not in reason


def test_a_wrong_card_is_told_by_file_field_value_and_remedy(model_class: ModelClass, tmp_path: Path) -> None:
    directory = shutil.copytree(model_class.artifact_directory, tmp_path / "insurance_charges" / "artifact")
    edit_card(directory, lambda card: (card["rows"].update(kept="many"), card["data"].pop("sha256")))
    assert refusal(model_class, directory) == (
        f"{directory / CARD_FILE}: is not a model card: rows.kept: input should be a valid integer, "
        "unable to parse string as an integer, found 'many'; data.sha256: field required. "
        "Train again: python -m model.train insurance_charges"
    )


def test_a_card_in_which_nothing_is_right_is_told_in_a_few_words(model_class: ModelClass, artifact_copy: Path) -> None:
    (artifact_copy / CARD_FILE).write_text("{}")
    reason = refusal(model_class, artifact_copy)
    assert "qualified_name: field required; " in reason
    assert "; and 13 more. Train again" in reason
    assert "pydantic" not in reason


@pytest.mark.parametrize(
    "edit",
    [
        lambda card: card["features"].reverse(),
        lambda card: card["features"].pop(),
        lambda card: card["features"][0].update(name="shoe_size"),
    ],
    ids=["other order", "one less", "other name"],
)
def test_other_features_than_the_code_encodes_are_refused(
    model_class: ModelClass, artifact_copy: Path, edit: Callable[[dict[str, Any]], object]
) -> None:
    edit_card(artifact_copy, edit)
    assert "was trained on features" in refusal(model_class, artifact_copy)


def test_a_model_that_takes_another_shape_is_refused(model_class: ModelClass, artifact_copy: Path) -> None:
    replace_file(artifact_copy, MODEL_FILE, constant_model(len(model_class.feature_names) + 1))
    assert "takes and gives" in refusal(model_class, artifact_copy)


def test_a_model_in_single_precision_is_refused(model_class: ModelClass, artifact_copy: Path) -> None:
    model = constant_model(len(model_class.feature_names), TensorProto.FLOAT)
    replace_file(artifact_copy, MODEL_FILE, model)
    assert "tensor(float)" in refusal(model_class, artifact_copy)


def test_a_file_that_is_no_model_is_refused(model_class: ModelClass, artifact_copy: Path) -> None:
    replace_file(artifact_copy, MODEL_FILE, b"not a model")
    assert "is not a model that ONNX Runtime can run" in refusal(model_class, artifact_copy)


def test_a_model_that_answers_otherwise_is_refused(model_class: ModelClass, artifact_copy: Path) -> None:
    replace_file(artifact_copy, MODEL_FILE, constant_model(len(model_class.feature_names)))
    assert "expected" in refusal(model_class, artifact_copy)


@pytest.mark.parametrize(("off_usd", "served"), [(-0.02, False), (-0.01, True), (0.01, True), (0.02, False)])
@pytest.mark.parametrize("line", [0, -1])
def test_a_golden_answer_may_be_off_by_a_cent_and_no_more(
    model_class: ModelClass, artifact_copy: Path, off_usd: float, served: bool, line: int
) -> None:
    examples = [json.loads(text) for text in (artifact_copy / EXAMPLES_FILE).read_text().splitlines()]
    (field,) = examples[line]["response"]
    examples[line]["response"][field] = round(examples[line]["response"][field] + off_usd, 2)
    replace_file(artifact_copy, EXAMPLES_FILE, "\n".join(json.dumps(example) for example in examples).encode())
    if served:
        model_class(artifact_copy)
    else:
        assert "expected" in refusal(model_class, artifact_copy)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "holds no golden example"),
        (b"not json\n", "is not one golden example a line"),
        (b'{"request": {}}\n', "is not one golden example a line"),
        (b'{"request": {}, "response": {"charges": 1}}\n', "holds a request the service refuses: "),
        (b"[1]\n", "is not one golden example a line"),
    ],
)
def test_examples_that_are_none_are_refused(
    model_class: ModelClass, artifact_copy: Path, content: bytes, reason: str
) -> None:
    replace_file(artifact_copy, EXAMPLES_FILE, content)
    said = refusal(model_class, artifact_copy)
    assert reason in said
    assert "pydantic" not in said


def test_an_example_that_is_none_is_told_by_file_field_value_and_remedy(
    model_class: ModelClass, artifact_copy: Path
) -> None:
    replace_file(artifact_copy, EXAMPLES_FILE, b'{"request": {}, "response": {"charges": "much"}}\n')
    assert refusal(model_class, artifact_copy).startswith(
        f"{artifact_copy / EXAMPLES_FILE}: is not one golden example a line: response.charges: input should be a valid "
        "number, unable to parse string as a number, found 'much'. Train again: python -m model.train "
    )


def test_a_golden_answer_in_another_field_is_refused(model_class: ModelClass, artifact_copy: Path) -> None:
    lines = (artifact_copy / EXAMPLES_FILE).read_text().splitlines()
    example = json.loads(lines[0])
    example["response"] = {"answer": 1.0}
    replace_file(artifact_copy, EXAMPLES_FILE, json.dumps(example).encode())
    assert "expected" in refusal(model_class, artifact_copy)


def test_the_model_is_onnx_without_foreign_code(model_class: ModelClass) -> None:
    model = onnx.load(model_class.artifact_directory / MODEL_FILE)
    assert {node.domain for node in model.graph.node} <= {"", "ai.onnx.ml"}
    assert np.sum([file.stat().st_size for file in model_class.artifact_directory.iterdir()]) < 1_000_000
