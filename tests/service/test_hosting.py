"""Only complete models of the allowed package are loaded, under their own name."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from service.config import ModelEntry, RestConfig
from service.hosting import check_schemas, load_models
from service.refusal import RefusalError
from tests.service.toy import ToyModel, ToyRecord


def _config(class_path: str, qualified_name: str = "toy_model") -> RestConfig:
    entry = ModelEntry(qualified_name=qualified_name, class_path=class_path, create_endpoint=True, path="/predict")
    return RestConfig(service_title="Toys", models=(entry,))


def test_a_model_of_the_allowed_package_is_loaded() -> None:
    [hosted] = load_models(_config("tests.service.toy.ToyModel"), "tests")
    assert isinstance(hosted.model, ToyModel)
    assert (hosted.create_endpoint, hosted.path) == (True, "/predict")


@pytest.mark.parametrize(
    ("class_path", "said"),
    [
        ("tests.service.toy.NoModel", "leads nowhere.*NoModel"),
        ("tests.service.nothing.ToyModel", "leads nowhere.*nothing"),
        ("tests.service.toy.ToyRecord", "no complete RegressionModel"),
        ("tests.service.toy.CRASHES", "no complete RegressionModel"),
        ("tests.service.toy.RegressionModel", "no complete RegressionModel"),
        ("os.system", "outside the package 'tests'"),
        ("testsuite.Model", "outside the package 'tests'"),
        ("model.base.RegressionModel", "outside the package 'tests'"),
    ],
)
def test_anything_else_is_refused(class_path: str, said: str) -> None:
    with pytest.raises(RefusalError, match=said) as refusal:
        load_models(_config(class_path), "tests")
    assert class_path in str(refusal.value)


def test_a_module_outside_the_package_is_not_even_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "intruder.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RefusalError, match="outside the package"):
        load_models(_config("intruder.Model"), "model")


def test_a_name_other_than_the_class_carries_is_refused() -> None:
    with pytest.raises(RefusalError, match="is 'toy_model', not 'other_model': write qualified_name: toy_model"):
        load_models(_config("tests.service.toy.ToyModel", "other_model"), "tests")


def test_a_model_that_cannot_be_made_is_refused_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: ToyModel) -> None:
        raise OSError("checksum differs")

    monkeypatch.setattr(ToyModel, "__init__", fail)
    with pytest.raises(RefusalError, match=r"ToyModel cannot be loaded: OSError: checksum differs"):
        load_models(_config("tests.service.toy.ToyModel"), "tests")


def _with_input(schema: type[BaseModel]) -> type[ToyModel]:
    return type("Changed", (ToyModel,), {"input_schema": schema})


def test_a_schema_that_takes_nan_is_refused() -> None:
    class TakesNan(ToyRecord):
        model_config = ConfigDict(allow_inf_nan=True)
        weight: float = Field(examples=[0.5])

    with pytest.raises(RefusalError, match=r"TakesNan.weight accepts NaN or infinity"):
        check_schemas(_with_input(TakesNan))


def test_a_schema_whose_example_is_invalid_is_refused() -> None:
    class WrongExample(ToyRecord):
        number: int = Field(le=10, examples=[21])

    with pytest.raises(RefusalError, match="WrongExample: the examples of its fields do not make a valid record"):
        check_schemas(_with_input(WrongExample))


def test_a_schema_without_examples_is_refused() -> None:
    class NoExample(ToyRecord):
        number: int

    with pytest.raises(RefusalError, match="NoExample"):
        check_schemas(_with_input(NoExample))
