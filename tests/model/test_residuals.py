"""Errors are counted where they are made, by models that have not seen the rows."""

import numpy as np
import pytest

from model.insurance_charges.schema import REGIONS
from model.pictures import Scale, draw_data, draw_errors, draw_predictions
from model.recipes import load_recipe
from model.residuals import Group, HeldOut, bands, choices, column, data_at_hand, errors_by, held_out

RECIPE = load_recipe("insurance_charges")


def test_without_real_data_it_says_that_the_data_are_made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("REAL_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("model.data_files.DATA_DIRECTORY", tmp_path)
    data = data_at_hand(RECIPE, most_rows=120)
    assert (data.kind, len(data.table.target), len(data.table.features)) == ("synthetic", 120, 120)


def test_held_out_predictions_are_better_than_the_mean_and_not_perfect() -> None:
    table = data_at_hand(RECIPE, most_rows=300).table
    predictions = held_out(RECIPE, table)
    error = np.abs(predictions.model - predictions.truth).mean()
    assert 0 < error < np.abs(table.target - table.target.mean()).mean() / 2


def test_each_group_has_the_errors_of_its_own_rows() -> None:
    predictions = HeldOut(np.array([10.0, 10, 20]), np.array([8.0, 11, 20]), np.array([10.0, 10, 26]))
    near, far = Group("near", np.array([True, True, False])), Group("far", np.array([False, False, True]))
    nobody = Group("nobody", np.zeros(3, dtype=bool))
    of_near, of_far = errors_by([near, nobody, far], predictions)
    assert (of_near.rows, of_near.model_mae, of_near.baseline_mae, of_near.model_bias) == (2, 1.5, 0.0, -0.5)
    assert (of_far.name, of_far.rows, of_far.model_mae, of_far.baseline_mae) == ("far", 1, 0.0, 6.0)


def test_a_value_is_in_one_band_and_one_at_an_edge_in_the_upper() -> None:
    groups = bands(np.array([0.0, 0.9, 1.0, 7.0], dtype=np.float32), (0, 1, 4), "km")
    assert [(one.name, one.member.tolist()) for one in groups] == [
        ("0 to 1 km", [True, True, False, False]),
        ("1 to 4 km", [False, False, True, False]),
        ("4 km and more", [False, False, False, True]),
    ]


def test_the_pictures_show_every_row_and_every_group() -> None:
    table = data_at_hand(RECIPE, most_rows=300).table
    regions = choices(RECIPE, table, REGIONS)
    assert np.sum([one.member for one in regions], axis=0).tolist() == [1] * 300
    data = draw_data(column(RECIPE, table, "age"), table.target, regions[:2], Scale("age"), Scale("USD"))
    drawn = sum(np.asarray(points.get_offsets()).shape[0] for points in data.axes[0].collections)
    assert drawn == regions[0].member.sum() + regions[1].member.sum()
    predictions = HeldOut(table.target, table.target * 0.9, table.baseline)
    assert [axes.get_title("left") for axes in draw_predictions(predictions, Scale("USD")).axes] == [
        "linear baseline",
        "model",
    ]
    errors = draw_errors(errors_by(regions, predictions), Scale("USD"))
    assert [label.get_text().partition("\n")[0] for label in errors.axes[0].get_yticklabels()] == [*REGIONS]
