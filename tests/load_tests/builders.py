"""Scenarios and measurements for tests, said in as few words as a test needs."""

from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Any

from load_tests.judging.measurement import Measurement, StageMeasurement
from load_tests.recording.generator_health import StageHealth
from load_tests.recording.outcomes import Outcome
from load_tests.recording.tally import Second
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import timeline_of

OPEN_LOAD = {"arrivals": "open", "warmup": "2s", "settle": "1s", "timeout": "2s"}
CLOSED_LOAD = OPEN_LOAD | {"arrivals": "closed", "settle": "2s"}


class Clock:
    """A clock that stands where the test puts it."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def make_scenario(**changes: Any) -> Scenario:
    """One open stage, 100/s for 11 s, 10 s of them judged, p99 within 100 ms; `changes` replace top level keys."""
    written = {
        "model": "insurance_charges_model",
        "load": OPEN_LOAD,
        "stages": [{"name": "only", "rate": "100/s", "for": "11s"}],
        "slo": {"p99": "100ms"},
    }
    return Scenario.model_validate({"name": "test", **written, **changes})


def measured(
    scenario: Scenario,
    *,
    due: int = 1000,
    slow: int = 0,
    took_s: float = 0.01,
    ended_s: float | None = None,
    lateness_s: float = 0.0,
    generators: Sequence[StageHealth] = (StageHealth("the generator", 0.1),),
    **failed: int,
) -> Measurement:
    """In every stage `due` requests: `slow` took 1 s, `failed` (by outcome name) went wrong, the rest took `took_s`."""
    timeline = timeline_of(scenario)
    outcomes = Counter({Outcome[name.upper()]: count for name, count in failed.items()})
    outcomes[Outcome.CORRECT] = correct = due - outcomes.total()
    ended_s = timeline.ends_s if ended_s is None else ended_s
    stages = [
        StageMeasurement(
            window=window,
            seconds={
                int(window.judged_from_s): Second(
                    [outcomes[outcome] for outcome in Outcome],
                    array("d", [took_s] * (correct - slow) + [1.0] * slow),
                    array("d", [lateness_s] * due),
                )
            },
            generators=tuple(generators),
            measured_s=max(0.0, min(window.ends_s, ended_s) - window.judged_from_s),
            settling={},
        )
        for window in timeline.windows
    ]
    return Measurement(stages=tuple(stages), ended_s=ended_s)
