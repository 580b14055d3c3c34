"""Draws ``docs/pictures/system.svg``, the way from a data set to a verdict: `python -m notebooks.system_picture`."""

import argparse
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from benchmarks.picture_card import FAINT, INK, PICTURES, style

PICTURE = PICTURES / "system.svg"
MUTED = "#57606a"
MODEL, SERVICE, LOAD = "#ddf4ff", "#fff1e5", "#dafbe1"
WIDTH, HEIGHT, HALF_HEIGHT = 104, 44, 5.5
BOXES = (  # middle, width, colour, what it is, and where it is or what it is made of
    (10, 32, 16, MODEL, "data set", "model/"),
    (31, 32, 16, MODEL, "training", "model/<name>/"),
    (52, 32, 18, MODEL, "artifact", "ONNX, card, examples"),
    (77, 32, 18, SERVICE, "service", "FastAPI, uvicorn"),
    (77, 12, 18, SERVICE, "pods", "kubernetes/"),
    (10, 12, 16, LOAD, "scenario", "load beside objectives"),
    (40, 12, 22, LOAD, "load test", "Locust, open arrivals"),
    (40, -5, 22, LOAD, "verdict", "PASS, FAIL, or why not"),
    (77, -5, 18, LOAD, "report", "pictures, JSON, JUnit"),
)
ARROWS = (  # from, to, what passes
    ((18, 32), (23, 32), ""),
    ((39, 32), (43, 32), ""),
    ((61, 32), (68, 32), "checked"),
    ((77, 26.5), (77, 17.5), "image"),
    ((18, 12), (29, 12), "what, when"),
    ((51, 14), (68, 14), "requests"),
    ((68, 10), (51, 10), "answers"),
    ((52, 26.5), (44, 17.5), "right answers"),
    ((40, 6.5), (40, 0.5), "counts"),
    ((51, -5), (68, -5), ""),
)


def main() -> int:
    """Draw, and say what was written."""
    draw(PICTURE)
    sys.stdout.write(f"{PICTURE.name}\n")
    return 0


def draw(path: Path) -> None:
    """Draw the boxes, and the arrows between them."""
    with mpl.rc_context(style("system", 10)):
        figure = Figure(figsize=(9.6, 4.7))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(-4, WIDTH - 8), ylim=(-14, HEIGHT - 4))
        axes.axis("off")
        figure.patch.set_alpha(0)
        _box(axes, (46, 13), (98, 52), "white", FAINT)
        for x, y, width, colour, title, below in BOXES:
            _box(axes, (x, y), (width, 2 * HALF_HEIGHT), colour, INK)
            axes.text(x, y + 1.3, title, ha="center", va="center", fontweight="bold", fontsize=11)
            axes.text(x, y - 2.4, below, ha="center", va="center", color=MUTED, fontsize=8.5)
        for begin, end, text in ARROWS:
            _arrow(axes, begin, end, text)
        figure.savefig(path, metadata={"Date": None})


def _box(axes: Axes, middle: tuple[float, float], size: tuple[float, float], colour: str, edge: str) -> None:
    (x, y), (width, height) = middle, size
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2), width, height,
            boxstyle="round,pad=0,rounding_size=1.2", facecolor=colour, edgecolor=edge, linewidth=1,
        )
    )  # fmt: skip


def _arrow(axes: Axes, begin: tuple[float, float], end: tuple[float, float], text: str) -> None:
    axes.add_patch(FancyArrowPatch(begin, end, arrowstyle="-|>", mutation_scale=12, color=INK, shrinkA=1, shrinkB=1))
    upright = begin[1] != end[1]
    x, y = (begin[0] + end[0]) / 2 + (1 if upright else 0), (begin[1] + end[1]) / 2 + (0 if upright else 1.4)
    axes.text(x, y, text, ha="left" if upright else "center", va="center", fontsize=8.5, color=MUTED)


if __name__ == "__main__":
    argparse.ArgumentParser("python -m notebooks.system_picture", description=__doc__).parse_args()
    sys.exit(main())
