"""A wrong configuration file is refused with file, key, value and what to write instead."""

import re
from pathlib import Path

import pytest

from service.config import load_config
from service.refusal import RefusalError
from service.settings import DEFAULT_CONFIG

GOOD = """\
service_title: Toys
models:
  - qualified_name: toy_model
    class_path: model.toy.ToyModel
    create_endpoint: true
    path: /predict
"""
SECOND = """\
  - qualified_name: other_model
    class_path: model.toy.OtherModel
    create_endpoint: false
"""


def test_the_committed_file_serves_both_models_and_the_taxi_alias() -> None:
    models = load_config(DEFAULT_CONFIG).models
    assert [(one.qualified_name, one.create_endpoint, one.path) for one in models] == [
        ("insurance_charges_model", True, None),
        ("taxi_fare_model", True, "/predict"),
    ]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "models.yaml"
    file.write_text(GOOD + SECOND)
    config = load_config(file)
    assert config.service_title == "Toys"
    assert [one.create_endpoint for one in config.models] == [True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("create_endpoint", "create_endpont"),
            ["models[0].create_endpont: unknown key", "create_endpoint"],
        ),
        (
            GOOD + "    colour: red\n",
            ["models[0].colour: unknown key", "qualified_name, class_path, create_endpoint, path"],
        ),
        (GOOD + "title: x\n", ["title: unknown key", "service_title, models"]),
        (GOOD.replace("service_title: Toys\n", ""), ["service_title: missing", "service_title, models"]),
        (GOOD.replace("Toys", "5"), ["service_title: write a title, in quotes if it is a number, found 5"]),
        (GOOD.replace("true", "'yes'"), ["create_endpoint: write true or false, without quotes, found 'yes'"]),
        (GOOD.replace("toy_model", "Toy-Model"), ["models[0].qualified_name: write small letters", "'Toy-Model'"]),
        (GOOD.replace("model.toy.ToyModel", "ToyModel"), ["class_path: write package, module and class", "'ToyModel'"]),
        (GOOD.replace("model.toy.ToyModel", "os; import sys"), ["models[0].class_path:", "'os; import sys'"]),
        (GOOD.replace("/predict", "predict"), ["models[0].path:", "such as /predict", "'predict'"]),
        (GOOD.replace("/predict", "/{name}"), ["models[0].path:", "such as /predict"]),
        (GOOD.replace("/predict", "/docs"), ["models[0].path:", "uses this path itself", "'/docs'"]),
        (GOOD.replace("/predict", "/api/models"), ["models[0].path:", "uses this path itself"]),
        (GOOD + SECOND.replace("other_model", "toy_model"), ["qualified_name 'toy_model'", "give each its own"]),
        (GOOD + SECOND + "    path: /predict\n", ["path '/predict'", "give each its own"]),
        ("service_title: Toys\nmodels: []\n", ["models: list at least one model, found []"]),
        ("service_title: Toys\nmodels: toy\n", ["models: list at least one model, found 'toy'"]),
        ("service_title: Toys\nmodels: [toy]\n", ["models[0]:", "'toy'"]),
        ("", ["expected service_title and models, found None"]),
        ("- 1\n", ["expected service_title and models, found [1]"]),
        ("a: [", ["not YAML: line 1: expected the node content"]),
        (GOOD + "\tcolour: red\n", ["not YAML: line 7: found character '\\t'"]),
        (GOOD + "service_title: Again\n", ["not YAML: line 7: 'service_title' appears twice"]),
        ("!!python/object/apply:os.system ['true']\n", ["not YAML", "python/object"]),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, said: list[str]) -> None:
    file = tmp_path / "models.yaml"
    file.write_text(text)
    with pytest.raises(RefusalError) as refusal:
        load_config(file)
    for part in [str(file), *said]:
        assert part in str(refusal.value)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "models.yaml"
    wrong = {"Toys": "5", "create_endpoint": "create_endpont", "/predict": "predict"}
    file.write_text(re.sub("|".join(wrong), lambda found: wrong[found[0]], GOOD))
    with pytest.raises(RefusalError) as refusal:
        load_config(file)
    keys = "the keys here are qualified_name, class_path, create_endpoint, path"
    assert refusal.value.reasons == (
        f"{file}: service_title: write a title, in quotes if it is a number, found 5",
        f"{file}: models[0].path: write a plain path such as /predict, found 'predict'",
        f"{file}: models[0].create_endpont: unknown key; {keys}",
        f"{file}: models[0].create_endpoint: missing; {keys}",
    )


@pytest.mark.parametrize(("wrong", "told", "rest"), [(5, 5, []), (6, 5, ["and 1 more"]), (200, 5, ["and 195 more"])])
def test_the_first_few_errors_are_told_and_the_others_counted(
    tmp_path: Path, wrong: int, told: int, rest: list[str]
) -> None:
    file = tmp_path / "models.yaml"
    file.write_text(GOOD + "".join(f"key_{number}: 1\n" for number in range(wrong)))
    with pytest.raises(RefusalError) as refusal:
        load_config(file)
    lines = [line.removeprefix(f"{file}: ") for line in refusal.value.reasons]
    assert lines[:told] == [f"key_{n}: unknown key; the keys here are service_title, models" for n in range(told)]
    assert lines[told:] == rest


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match=r"No such file.*REST_CONFIG"):
        load_config(tmp_path / "nothing.yaml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "models.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RefusalError, match="not YAML: byte 1 is no text in UTF-8"):
        load_config(file)
