"""What the pictures of measurements have in common: their ink, and a card behind them for light and for dark pages."""

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
INK, FAINT = "#24292f", "#d0d7de"


def style(name: str, font_size: float) -> dict[Any, Any]:
    """Return Matplotlib's settings for a picture; of the same name and figures it is the same to the byte."""
    return {
        "svg.fonttype": "path",
        "svg.hashsalt": name,
        "font.size": font_size,
        "text.color": INK,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": INK,
        "ytick.color": INK,
    }


def save(figure: Figure, path: Path) -> None:
    """Put a card behind everything, and write the picture."""
    lay_card(figure)
    figure.savefig(path, metadata={"Date": None})


def lay_card(figure: Figure, margin: tuple[float, float] = (0.012, 0.02), aspect: float = 2.2) -> None:
    """Put a white sheet with round corners behind everything; `aspect` is the picture's, of width to height."""
    figure.patch.set_alpha(0)
    across, down = margin
    card = FancyBboxPatch(
        (across, down), round(1 - 2 * across, 6), round(1 - 2 * down, 6),
        boxstyle="round,pad=0,rounding_size=0.02", mutation_aspect=aspect,
        transform=figure.transFigure, facecolor="white", edgecolor=FAINT, zorder=-1,
    )  # fmt: skip
    figure.patches.append(card)
