"""In which size a picture is drawn: wide for a screen and for paper, narrow for a phone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from load_tests.report.charts.palette import Colour

PX_PER_INCH = 72
"""A pixel of the picture is a point of Matplotlib's, which is what it counts in in SVG."""


@dataclass(frozen=True)
class Shape:
    """A size; all lengths are pixels of the picture, which a page may scale."""

    name: str
    width_px: int
    plot_height_px: int
    left_px: int
    font_px: float
    most_time_ticks: int

    @property
    def plot_width_px(self) -> int:
        """Width between the axes."""
        return self.width_px - self.left_px - RIGHT_PX

    def text_px(self, text: str) -> float:
        """About as wide as a text is."""
        return 0.6 * self.font_px * len(text)


RIGHT_PX = 14
STRIP_PX = 22
"""Height of the strip above a plot that names the stages."""
BOTTOM_PX = 30
DASHED = (0, (5, 2.5))
"""How thresholds and limits are drawn."""
WIDE = Shape("wide", 960, 250, 64, 13, 10)
NARROW = Shape("narrow", 400, 220, 62, 12.5, 5)
SHAPES = (WIDE, NARROW)


@contextmanager
def drawn_in(shape: Shape) -> Iterator[None]:
    """Matplotlib's settings for everything that is drawn in a shape."""
    settings: dict[Any, Any] = {
        "font.size": shape.font_px,
        "axes.edgecolor": Colour.HATCH.light,
        "axes.facecolor": "none",
        "axes.labelcolor": Colour.MUTED.light,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.grid.axis": "y",
        "axes.spines.left": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": Colour.RULE.light,
        "grid.linewidth": 0.8,
        "hatch.color": Colour.HATCH.light,
        "hatch.linewidth": 0.7,
        "legend.fontsize": shape.font_px,
        "legend.frameon": False,
        "lines.linewidth": 1.6,
        "lines.solid_joinstyle": "round",
        "text.color": Colour.INK.light,
        "text.parse_math": False,
        "xtick.color": Colour.HATCH.light,
        "xtick.labelcolor": Colour.MUTED.light,
        "xtick.labelsize": shape.font_px,
        "ytick.color": Colour.RULE.light,
        "ytick.labelcolor": Colour.MUTED.light,
        "ytick.labelsize": shape.font_px,
        "ytick.left": False,
    }
    with mpl.rc_context(settings):
        yield


@dataclass(frozen=True)
class Plot:
    """Axes, and how large they are in the picture."""

    axes: Axes
    width_px: float
    height_px: float


def figure_of(shape: Shape, height_px: float) -> Figure:
    """An empty picture."""
    return Figure(figsize=(shape.width_px / PX_PER_INCH, height_px / PX_PER_INCH), dpi=PX_PER_INCH, facecolor="none")


def add_plot(figure: Figure, left_px: float, top_px: float, width_px: float, height_px: float) -> Plot:
    """Axes at a place that is counted from the picture's upper left corner."""
    place = _place(figure, left_px, top_px, width_px, height_px)
    return Plot(figure.add_axes(place), width_px, height_px)


def _place(
    figure: Figure, left_px: float, top_px: float, width_px: float, height_px: float
) -> tuple[float, float, float, float]:
    """As Matplotlib wants it: in parts of the picture, from below."""
    whole_width_px, whole_height_px = (inches * PX_PER_INCH for inches in figure.get_size_inches())
    return (
        left_px / whole_width_px,
        1 - (top_px + height_px) / whole_height_px,
        width_px / whole_width_px,
        height_px / whole_height_px,
    )


def single_plot(shape: Shape) -> tuple[Figure, Plot]:
    """A picture of one plot; `finish` makes room for what is above it."""
    figure = figure_of(shape, shape.plot_height_px + BOTTOM_PX)
    return figure, add_plot(figure, shape.left_px, 0, shape.plot_width_px, shape.plot_height_px)


def finish(figure: Figure, plot: Plot, shape: Shape, strip_px: float) -> None:
    """Name the lines that have a label, above the plot and the strip that begins it."""
    handles, labels = plot.axes.get_legend_handles_labels()
    entry_px = max((shape.text_px(label) for label in labels), default=0) + 3.4 * shape.font_px
    columns = max(1, min(len(labels), int(shape.width_px / entry_px)))
    above_px = -(-len(labels) // columns) * 1.75 * shape.font_px + 6 + strip_px
    height_px = above_px + shape.plot_height_px + BOTTOM_PX
    figure.set_figheight(height_px / PX_PER_INCH)
    plot.axes.set_position(_place(figure, shape.left_px, above_px, plot.width_px, plot.height_px))
    if labels:
        figure.legend(
            handles,
            labels,
            loc="upper left",
            bbox_to_anchor=(0, 1),
            ncols=columns,
            borderaxespad=0,
            borderpad=0.2,
            handlelength=1.6,
            columnspacing=1.4,
        )
