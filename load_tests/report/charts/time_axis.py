"""What pictures over time have in common: an axis that says the time, and the stages as bands behind the lines."""

import math
from collections.abc import Sequence
from typing import Any

from load_tests.report.charts.palette import Colour
from load_tests.report.charts.shape import STRIP_PX, Plot, Shape
from load_tests.report.run_report import RunReport
from load_tests.report.stage_report import StageReport

STEPS_S = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 28800)
SPACE_PX = 8
"""Least free room in a band beside the name of its stage."""
SHORTEST_S = 0.5
"""Length of the axis where a run ended before it had begun."""


def over_time(plot: Plot, report: RunReport, shape: Shape, *, named: bool = True) -> None:
    """Make the horizontal axis the time of a run, with its stages as bands that are `named` above the plot.

    Without names only what is not judged is told apart.
    """
    ends_s = max(report.ended_after_s, SHORTEST_S)
    plot.axes.set_xlim(0, ends_s)
    step_s = _tick_step_s(ends_s, shape.most_time_ticks * plot.width_px / shape.plot_width_px)
    ticks_s = range(0, int(ends_s) + 1, step_s)
    plot.axes.set_xticks(ticks_s, [clock_text(at_s, ends_s) for at_s in ticks_s])
    begun = [stage for stage in report.stages if stage.begins_s < ends_s]
    for stage in begun:
        if named or not stage.judged:
            _shade(plot, stage, ends_s, STRIP_PX if named else 0)
    if named:
        _divide(plot, [stage.begins_s for stage in begun])
        for number, stage in enumerate(begun, start=1):
            width_px = (min(stage.ends_s, ends_s) - stage.begins_s) / ends_s * plot.width_px
            if name := _fitting_name(stage.name, number, width_px, shape):
                _write_name(plot, name, (stage.begins_s + min(stage.ends_s, ends_s)) / 2, stage.judged)


def clock_text(at_s: float, ends_s: float) -> str:
    """`20 s` in a run of minutes, `4:20` in one of an hour, `3:40 h` in one of many."""
    if ends_s <= 180:
        return f"{at_s:.0f} s"
    if ends_s <= 5400:
        return f"{at_s // 60:.0f}:{at_s % 60:02.0f}"
    return f"{at_s // 3600:.0f}:{at_s % 3600 // 60:02.0f} h"


def _tick_step_s(ends_s: float, most_ticks: float) -> int:
    return next((step_s for step_s in STEPS_S if ends_s / step_s <= most_ticks), STEPS_S[-1])


def _fitting_name(name: str, number: int, width_px: float, shape: Shape) -> str:
    """The stage's name, its number in the table where that is too long, or nothing."""
    return next((text for text in (name, str(number)) if shape.text_px(text) + SPACE_PX <= width_px), "")


def _shade(plot: Plot, stage: StageReport, ends_s: float, above_px: float) -> None:
    """Hatch a stage that is not judged, or shade the part of it in which it settles."""
    shaded_until_s = stage.judged_from_s if stage.judged else stage.ends_s
    if shaded_until_s > stage.begins_s:
        plot.axes.axvspan(
            stage.begins_s,
            min(shaded_until_s, ends_s),
            ymax=1 + above_px / plot.height_px,
            clip_on=False,
            linewidth=0,
            zorder=0,
            facecolor=Colour.BAND.light,
            edgecolor="none" if stage.judged else Colour.HATCH.light,
            hatch=None if stage.judged else "//",
        )


def _divide(plot: Plot, begins_s: Sequence[float]) -> None:
    """A line where each stage begins."""
    height = 1 + STRIP_PX / plot.height_px
    upright_lines(plot, begins_s, height, clip_on=False, color=Colour.RULE.light, zorder=0.4)


def upright_lines(plot: Plot, at_s: Sequence[float], height: float, **look: Any) -> None:
    """Lines from the axis up to a share of the plot's height, all of them in one path."""
    plot.axes.plot(
        [x_s for begin_s in at_s for x_s in (begin_s, begin_s, math.nan)],
        [y for _ in at_s for y in (0, height, math.nan)],
        transform=plot.axes.get_xaxis_transform(),
        linewidth=1,
        **look,
    )


def middles_s(report: RunReport) -> list[float]:
    """Where the steps of a run are drawn; the last one may have been cut short."""
    seconds = report.seconds
    ends_s = (min(begin_s + seconds.step_s, report.ended_after_s) for begin_s in seconds.begins_s)
    return [(begin_s + end_s) / 2 for begin_s, end_s in zip(seconds.begins_s, ends_s, strict=True)]


def with_gaps(column: Sequence[float | None]) -> list[float]:
    """A column with NaN, which interrupts a line, where there is no value."""
    return [math.nan if value is None else value for value in column]


def _write_name(plot: Plot, name: str, middle_s: float, judged: bool) -> None:
    plot.axes.text(
        middle_s,
        1 + STRIP_PX * 0.32 / plot.height_px,
        name,
        transform=plot.axes.get_xaxis_transform(),
        ha="center",
        color=(Colour.INK if judged else Colour.MUTED).light,
    )
