"""`python -m model.train` as its user meets it: real processes in a copy of the model room."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from model.artifact import ArtifactError
from model.card import ModelCard
from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.synthetic import synthesise
from model.insurance_charges.training import Recipe as InsuranceRecipe
from model.recipes import trainable_names
from model.storage import replacement
from model.train import SHARED_SOURCES, is_up_to_date, main, source_sha256, train
from model.training_file import training_file
from tests.model.conftest import MODELS, NAMES, Command

INSURANCE = Path("model/insurance_charges")
ARTIFACT = INSURANCE / "artifact"
ONE_TRIP = (
    "fare_amount,pickup_datetime,pickup_longitude,pickup_latitude,dropoff_longitude,dropoff_latitude,passenger_count\n"
    "9.5,2013-07-06 17:18:00 UTC,-73.95,40.78,-73.98,40.76,1\n"
)


def files_in(directory: Path) -> dict[str, bytes]:
    """Return the files of an artifact."""
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with a synthetic file ``people.csv`` and the artifact made from it."""
    directory = tmp_path_factory.mktemp("trained")
    synthesise(300, seed=0).to_csv(directory / "people.csv", index=False)
    train("insurance_charges", str(directory / "people.csv"), directory=directory / "artifact")
    return directory


def test_without_real_data_training_says_what_to_do_and_changes_nothing(run: Command, checkout: Path) -> None:
    before = files_in(checkout / ARTIFACT)
    finished = run("model.train", "insurance_charges")
    assert finished.returncode == 2
    for advice in ("real data not found", "make data", "REAL_DATA_DIR", "make train DATA=synthetic"):
        assert advice in finished.stderr
    assert "synthetic data" not in finished.stdout
    assert files_in(checkout / ARTIFACT) == before


@pytest.mark.parametrize("place", ["REAL_DATA_DIR", "data/"])
def test_real_data_is_found_by_its_variable_or_in_the_data_directory(
    insurance_csv: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = insurance_csv.rename(insurance_csv.with_name("insurance.csv"))
    directory, empty = path.parent, path.parent / "empty"
    monkeypatch.setenv("REAL_DATA_DIR", str(directory if place == "REAL_DATA_DIR" else empty))
    monkeypatch.setattr("model.data_files.DATA_DIRECTORY", empty if place == "REAL_DATA_DIR" else directory)
    with training_file(InsuranceRecipe(), "real") as file:
        assert (file.path, file.source.kind) == (path, "real")


def test_synthetic_training_says_so_and_then_finds_nothing_to_do(run: Command, checkout: Path) -> None:
    finished = run("model.train", "insurance_charges", "--data", "synthetic")
    assert finished.returncode == 0, finished.stderr
    assert "insurance_charges: synthetic data" in finished.stdout
    card = checkout / ARTIFACT / "card.json"
    assert ModelCard.model_validate_json(card.read_bytes()).data.kind == "synthetic"
    assert "**synthetic data**" in card.with_suffix(".md").read_text(encoding="utf-8")

    before = files_in(checkout / ARTIFACT)
    os.utime(card, (0, 0))
    finished = run("model.train", "insurance_charges", "--data", "synthetic")
    assert "nothing to do" in finished.stdout
    assert files_in(checkout / ARTIFACT) == before
    assert card.stat().st_mtime > 0  # make compares times: the card is now newer than its sources


@pytest.mark.parametrize("change", ["nothing", "data", "model code", "shared code", "damage"])
def test_a_model_is_out_of_date_when_something_it_is_made_of_has_changed(
    trained: Path, tmp_path: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    shutil.copytree(trained, tmp_path / "trained")
    monkeypatch.setattr("model.train.MODEL_DIRECTORY", checkout / "model")
    changed = {
        "data": tmp_path / "trained" / "people.csv",
        "model code": checkout / INSURANCE / "schema.py",
        "shared code": checkout / "model" / "export.py",
        "damage": tmp_path / "trained" / "artifact" / "model.onnx",
    }
    if change in changed:
        with changed[change].open("ab") as file:
            file.write(b"\n")
    recipe = InsuranceRecipe()
    with training_file(recipe, str(tmp_path / "trained" / "people.csv")) as file:
        fingerprint = source_sha256("insurance_charges")
        current = is_up_to_date(recipe, tmp_path / "trained" / "artifact", file.source, fingerprint)
    assert current is (change == "nothing")


def test_only_force_trains_when_nothing_has_changed_and_then_to_the_same_bytes(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_in(trained / "artifact")
    assert before.keys() == {"model.onnx", "examples.jsonl", "card.json", "card.md"}
    for force, said in ((False, "nothing to do"), (True, "wrote")):
        capsys.readouterr()
        train("insurance_charges", str(trained / "people.csv"), force=force, directory=trained / "artifact")
        assert said in capsys.readouterr().out
        assert files_in(trained / "artifact") == before


@pytest.mark.parametrize("name", NAMES)
def test_the_fingerprint_covers_everything_the_recipe_imports(name: str) -> None:
    """Edge code (commands, consoles, files) decides nothing about the model; all else must count."""
    list_modules = "print(*(name for name in sys.modules if name.startswith('model.')))"
    code = f"import sys, model.{name}.training, model.building; {list_modules}"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    shared = {
        f"{module.removeprefix('model.')}.py" for module in loaded if module.count(".") == 1 and module[6:] != name
    }
    edges = {"artifact.py", "base.py", "console.py", "data_files.py", "faults.py"}
    assert shared - edges == set(SHARED_SOURCES) - ({"sampling.py"} if name == "insurance_charges" else set())


def test_a_third_model_is_trained_and_served_without_any_registration(
    run: Command, checkout: Path, trained: Path
) -> None:
    third = checkout / "model" / "third"
    shutil.copytree(checkout / INSURANCE, third, ignore=shutil.ignore_patterns("artifact"))
    for source in third.glob("*.py"):
        text = source.read_text(encoding="utf-8").replace("insurance_charges", "third")
        source.write_text(text, encoding="utf-8")
    finished = run("model.train", "third", "--data", str(trained / "people.csv"))
    assert finished.returncode == 0, finished.stderr
    code = "from model.third import InsuranceChargesModel as M; print(M().qualified_name)"
    served = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=True)
    assert served.stdout.strip() == "third_model"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nobody",), f"unknown model nobody: choose from {', '.join(trainable_names())}"),
        (("--data", "some.csv"), "--data PATH needs the name of the one model it is for"),
        (("taxi_fare", "--data", "some.csv"), "no such file: some.csv"),
        (("taxi_fare", "--data", "noise.csv"), "is not a CSV file"),
        (("insurance_charges", "--data", "empty.csv"), "is not a CSV file"),
        (("insurance_charges", "--data", "people.csv"), "lacks the columns sex, bmi"),
        (("taxi_fare", "--data", "people.csv"), "lacks the columns pickup_datetime"),
        (("taxi_fare", "--data", "few.csv"), "only 1 usable rows"),
    ],
)
def test_misuse_is_explained_with_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for model in MODELS:  # nothing here may come near the committed artifacts
        monkeypatch.setattr(model, "artifact_directory", tmp_path / model.qualified_name / "artifact")
    Path("few.csv").write_text(ONE_TRIP)
    Path("people.csv").write_text("name,age\nAda,36\n")
    Path("noise.csv").write_bytes(bytes(range(256)))
    Path("empty.csv").touch()
    assert exit_code(*arguments) == 2
    assert reason in capsys.readouterr().err
    assert not list(tmp_path.rglob("artifact"))


def exit_code(*arguments: str) -> int | str | None:
    """Return how the command ends; argparse raises, the command returns."""
    try:
        return main(arguments)
    except SystemExit as ended:
        return ended.code


def test_interrupted_training_loses_nothing(checkout: Path) -> None:
    before = files_in(checkout / ARTIFACT)
    code = (  # a process started in the background may inherit that interrupts are ignored
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from model.train import main; raise SystemExit(main(['insurance_charges', '--data', 'synthetic']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "kept" in line:  # in the middle: the data is read, the boosting runs
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the artifact is as it was before" in errors
    assert files_in(checkout / ARTIFACT) == before
    assert [path.name for path in (checkout / INSURANCE).glob(".*")] == []


def test_a_directory_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "artifact"
    with replacement(target) as staging:
        (staging / "old").touch()
    with pytest.raises(FileNotFoundError), replacement(target) as staging:
        (staging / "no such directory" / "new").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["artifact", "old"]


def test_a_directory_lost_between_two_renames_is_put_back(tmp_path: Path) -> None:
    (tmp_path / ".artifact.previous").mkdir()
    with pytest.raises(ZeroDivisionError), replacement(tmp_path / "artifact"):
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["artifact"]


def test_an_artifact_that_cannot_be_served_does_not_replace_one_that_can(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = shutil.copytree(trained / "artifact", tmp_path / "artifact")
    monkeypatch.setattr(InsuranceChargesModel, "feature_names", ("shoe_size", *InsuranceChargesModel.feature_names[1:]))
    monkeypatch.setattr("model.building._features", lambda _names, _features: ())
    with pytest.raises(ArtifactError, match="was trained on features"):
        train("insurance_charges", str(trained / "people.csv"), force=True, directory=directory)
    assert files_in(directory) == files_in(trained / "artifact")


def test_dirty_rows_are_dropped_and_counted_by_their_first_reason(insurance_csv: Path) -> None:
    good = insurance_csv.read_text().splitlines()[0:2]
    bad = [
        "17,male,25.0,0,no,southeast,1",
        "30,male,9.9,0,no,southeast,1",
        "30,male,25.0,6,no,southeast,1",
        "30,other,25.0,0,no,southeast,1",
        "30,male,25.0,0,perhaps,southeast,1",
        "30,male,25.0,0,no,midwest,1",
        "30,male,25.0,0,no,southeast,0",
        "30,,25.0,9,no,southeast,-5",
    ]
    insurance_csv.write_text("\n".join([*good, *[good[1]] * 59, *bad]) + "\n")
    rows = InsuranceRecipe().read(insurance_csv).rows
    assert [part.rows for part in rows.dropped] == [1, 1, 1, 1, 1, 1, 1, 1]
    assert (rows.read, rows.kept) == (68, 60)


def test_people_above_the_served_bmi_teach_the_model(insurance_csv: Path) -> None:
    with insurance_csv.open("a") as file:
        file.write("30,male,53.13,0,no,southeast,4000\n")
    assert InsuranceRecipe().read(insurance_csv).rows.kept == 301


def test_the_card_is_json_a_program_can_read(trained: Path) -> None:
    card = json.loads((trained / "artifact" / "card.json").read_text(encoding="utf-8"))
    assert card["data"]["kind"] == "file"
    assert card["data"]["name"] == "people.csv"
    assert card["rows"]["trained"] == 300
