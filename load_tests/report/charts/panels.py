"""Small plots, each with its title above it, that stand below or beside each other in one picture."""

from load_tests.report.charts.shape import BOTTOM_PX, Plot, Shape

TITLE_PX = 34
HEIGHT_PX = 110
ROW_PX = TITLE_PX + HEIGHT_PX + BOTTOM_PX


def write_title(plot: Plot, title: str, shape: Shape, above_px: float = 0) -> None:
    """Write what a plot shows above it, and above what else is there."""
    place_px = (0, 0.75 * shape.font_px + above_px)
    plot.axes.annotate(title, (0, 1), xytext=place_px, xycoords="axes fraction", textcoords="offset points")
