"""The colours of a report, each for light and for dark: in a picture it is the light one, in a page a CSS variable.

They are told apart without seeing red or green (after Okabe and Ito), and nothing is told by a colour alone.
"""

from enum import Enum


class Colour(Enum):
    """What is coloured; every light colour is there once, so that it can be found again in a picture."""

    PAGE = ("#ffffff", "#11151a")
    INK = ("#1c2530", "#e4e8ed")
    MUTED = ("#5b6673", "#9ba6b3")
    RULE = ("#dce1e7", "#2d3540")
    BAND = ("#f0f3f6", "#1b222a")
    HATCH = ("#c9d0d8", "#3a4450")
    P50 = ("#86b6de", "#3c76ab")
    P95 = ("#3d84c2", "#64a9e3")
    P99 = ("#0a457c", "#b9dcfa")
    THRESHOLD = ("#bd450a", "#ff9f5e")
    OFFERED = ("#4a5460", "#b6bfca")
    DUE = ("#b7c0ca", "#5d6976")
    CORRECT = ("#0072b2", "#56b4e9")
    CORRECT_AREA = ("#dcebf6", "#17324a")
    FAILED = ("#b3261e", "#ff8078")
    DROPPED = ("#7d3bb8", "#c79af2")
    SERIES_1 = ("#1f6fae", "#6ab2ec")
    SERIES_2 = ("#d06a00", "#f4a14a")
    SERIES_3 = ("#00856b", "#3ec9a7")
    SERIES_4 = ("#b04a86", "#e491c0")
    SERIES_5 = ("#7a6a12", "#d8c650")
    SERIES_6 = ("#4f5bd5", "#a3abff")
    PASS = ("#1a7440", "#5fd08b")
    FAIL = ("#b4231b", "#ff857d")
    INCONCLUSIVE = ("#8a5800", "#f0b84c")
    INVALID = ("#6f3aa8", "#c9a2f5")

    @property
    def light(self) -> str:
        """`#rrggbb` on a light page and on paper; what a picture is drawn in."""
        return str(self.value[0])

    @property
    def dark(self) -> str:
        """`#rrggbb` on a dark page."""
        return str(self.value[1])

    @property
    def variable(self) -> str:
        """Its name in CSS: `--p99`."""
        return "--" + self.name.lower().replace("_", "-")


SERIES = (
    Colour.SERIES_1,
    Colour.SERIES_2,
    Colour.SERIES_3,
    Colour.SERIES_4,
    Colour.SERIES_5,
    Colour.SERIES_6,
)
"""Of lines that are alike, in their order."""
