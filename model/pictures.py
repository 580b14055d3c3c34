"""Pictures of a data set and of what a model makes of it. Matplotlib is needed here and nowhere else in this room."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from model.residuals import Group, GroupError, HeldOut

# Told apart without seeing red or green (after Okabe and Ito).
FIRST, SECOND, INK = "#0072b2", "#d55e00", "#24292f"
STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#e3e7ec",
    "legend.frameon": False,
    "text.color": INK,
    "axes.labelcolor": INK,
}
BAR = 0.38
POINT = 7.0


@dataclass(frozen=True)
class Scale:
    """What an axis shows, and up to where."""

    label: str
    most: float | None = None


def draw_data(
    values: NDArray[np.float32], target: NDArray[np.float64], groups: Sequence[Group], across: Scale, up: Scale
) -> Figure:
    """Draw each row as a point, target over one feature, in the colour of its group."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = _figure(1, (7.6, 3.4))
        for group, colour in zip(groups, (FIRST, SECOND), strict=False):
            _points(axes, values[group.member], target[group.member], colour, group.name)
        _scale(axes, across, up)
        axes.legend(loc="upper left", markerscale=2)
    return figure


def draw_predictions(predictions: HeldOut, amount: Scale) -> Figure:
    """Draw what was predicted over what was true, for the baseline and the model: on the line, it was right."""
    with mpl.rc_context(STYLE):
        figure, plots = _figure(2, (9.6, 4.2))
        of_each = ((predictions.baseline, SECOND, "linear baseline"), (predictions.model, FIRST, "model"))
        for axes, (predicted, colour, name) in zip(plots, of_each, strict=True):
            _points(axes, predictions.truth, predicted, colour, name)
            axes.axline((0, 0), slope=1, color=INK, linewidth=0.9)
            axes.set_title(name, loc="left")
            _scale(axes, Scale(f"true {amount.label}", amount.most), Scale(f"predicted {amount.label}", amount.most))
            axes.set_ylim(bottom=min(0.0, float(predictions.baseline.min())))
    return figure


def draw_errors(errors: Sequence[GroupError], amount: Scale) -> Figure:
    """Draw how far baseline and model are off in each group, and in which direction the model is."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = _figure(1, (7.6, 0.62 * len(errors) + 1.3))
        places = np.arange(len(errors))
        axes.barh(places - BAR / 2, [one.baseline_mae for one in errors], BAR, color=SECOND, label="linear baseline")
        axes.barh(places + BAR / 2, [one.model_mae for one in errors], BAR, color=FIRST, label="model")
        bias = [one.model_bias for one in errors]
        axes.plot(bias, places + BAR / 2, "D", color="white", markeredgecolor=INK, label="model, signed: its bias")
        axes.axvline(0, color=INK, linewidth=0.9)
        axes.set_yticks(places, [f"{one.name}\n({one.rows:,} rows)" for one in errors])
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(f"mean absolute error, {amount.label}")
        figure.legend(loc="outside upper left", ncols=3)
    return figure


def _figure(columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=size, layout="constrained")
    return figure, [*figure.subplots(1, columns, squeeze=False)[0]]


def _points(axes: Axes, across: NDArray[Any], up: NDArray[Any], colour: str, name: str) -> None:
    axes.scatter(across, up, s=POINT, color=colour, alpha=0.4, linewidths=0, label=name)


def _scale(axes: Axes, across: Scale, up: Scale) -> None:
    axes.set(xlabel=across.label, ylabel=up.label)
    axes.set_xlim(0 if across.most else None, across.most)
    axes.set_ylim(0, up.most)
