"""The same load on several arrangements, side by side: what each came to, and that it was the same load."""

from functools import lru_cache
from pathlib import Path

import pytest

from load_tests.cluster.effects import Effects
from load_tests.planning.__main__ import main
from load_tests.planning.side_by_side import Arrangement, problems, replica_minutes, table
from load_tests.report.reading import read_report
from load_tests.report.run_report import RunReport
from tests.conftest import ROOT

CLUSTER = ROOT / "docs" / "results" / "cluster"


@lru_cache
def report() -> RunReport:
    """A run on a cluster, from 1 to 6 pods."""
    return read_report(CLUSTER / "autoscale.json")


def effects(**changes: object) -> Effects:
    found = report().effects
    assert found is not None
    return found.model_copy(update=changes)


def row(changed: RunReport) -> dict[str, str]:
    found = table([Arrangement("some", changed)])
    return dict(zip(found.head, found.rows[0], strict=True))


def test_a_row_says_what_came_of_all_requests_and_what_the_pods_cost() -> None:
    shown = row(report())
    assert shown["arrangement"] == "some"
    assert shown["pods"] == "1–6"
    assert shown["refused or wrong"] == f"115 of {sum(report().seconds.due)}"
    assert shown["late as well"] == str(sum(report().seconds.late))
    assert shown["back inside the SLO"] == "after 23 s"
    assert shown["verdict"] == "PASS"


@pytest.mark.parametrize(
    ("left_slo", "back_s", "said"),
    [(True, None, "never"), (True, 23.0, "after 23 s"), (False, 0.0, "never left it"), (None, None, "–")],
)
def test_a_way_back_is_told_as_far_as_it_is_known(left_slo: bool | None, back_s: float | None, said: str) -> None:
    changed = report().model_copy(update={"effects": effects(left_slo=left_slo, back_s=back_s)})
    assert row(changed)["back inside the SLO"] == said


def test_without_a_cluster_nothing_is_said_of_pods() -> None:
    shown = row(report().model_copy(update={"cluster": None, "effects": None}))
    assert {shown[title] for title in ("pods", "back inside the SLO", "replica minutes")} == {"–"}


def test_pods_cost_from_when_they_are_wanted_until_the_end_of_the_run() -> None:
    cluster = report().cluster
    assert cluster is not None
    seen = cluster.model_copy(update={"at_s": (-5.0, 60.0, 120.0), "wanted": (1, 4, 2)})
    assert replica_minutes(seen, 180.0) == pytest.approx(1 + 4 + 2)
    assert replica_minutes(None, 180.0) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scenario_text": "model: x"}, "second was run with another scenario than first"),
        ({"facts": "heavier"}, "second served another model, or a heavier one, than first"),
    ],
)
def test_what_is_not_the_same_load_is_not_put_side_by_side(change: dict[str, object], said: str) -> None:
    if "facts" in change:
        heavier = report().facts.service.model_copy(update={"emulated_cpu_ms": 40.0})
        change = {"facts": report().facts.model_copy(update={"service": heavier})}
    other = report().model_copy(update=change)
    [problem] = problems([Arrangement("first", report()), Arrangement("second", other)])
    assert problem.startswith(said)


def test_the_command_names_arrangements_after_their_files(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(CLUSTER / f"{name}.json") for name in ("autoscale", "second_autoscale")]
    assert main(["side-by-side", *files]) == 0
    shown = capsys.readouterr().out
    assert "autoscale " in shown
    assert "second_autoscale " in shown


def test_the_command_refuses_what_cannot_be_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["side-by-side", str(CLUSTER / "autoscale.json"), str(CLUSTER / "smoke.json")]) == 2
    assert "smoke was run with another scenario" in capsys.readouterr().err
    assert main(["side-by-side", str(tmp_path / "none")]) == 2
    assert "does not exist" in capsys.readouterr().err
