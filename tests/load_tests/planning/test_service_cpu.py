"""What a service says of its CPU, and what follows from that for one request."""

import pytest

from load_tests.planning.service_cpu import CpuUse, Look, Process, cpu_s_per_request, idle_cores, look_at
from load_tests.ports import free_port
from tests.conftest import ServiceFactory
from tests.load_tests.builders import Clock
from tests.load_tests.planning.conftest import StartPaced
from tests.load_tests.planning.paced_service import STARTED_S, Pace

ONE = Process("one", STARTED_S)


def used(answered: int, elapsed_s: float, *, idle: float = 0.1, each_s: float = 0.02, due: int | None = None) -> CpuUse:
    """What a process used that needs so much for each request, and so much of a core without any."""
    cpu_s = answered * each_s + elapsed_s * idle
    return CpuUse(cpu_s, elapsed_s, load_s=elapsed_s / 2, due=answered if due is None else due, answered=answered)


def test_this_project_s_service_says_who_it_is_and_what_cpu_it_used(running_service: ServiceFactory) -> None:
    service = running_service(SERVICE_SERVED_BY="replica-1")
    first, second = look_at(service.url), look_at(service.url)
    assert first.process.served_by == "replica-1"
    assert first.process == second.process
    assert first.process.started_s is not None
    assert first.cpu_s is not None
    assert second.cpu_s is not None
    assert 0 < first.cpu_s <= second.cpu_s


def test_a_number_with_an_exponent_is_read(paced: StartPaced) -> None:
    look = look_at(paced(Pace(1)).url)
    assert look.process == Process("one", STARTED_S)
    assert look.cpu_s is not None


def test_a_service_without_metrics_still_says_who_it_is(paced: StartPaced) -> None:
    look = look_at(paced(Pace(1, metrics=False)).url)
    assert (look.process, look.cpu_s) == (Process("one", None), None)


def test_where_nothing_listens_nothing_is_said() -> None:
    clock = Clock()
    clock.now_s = 5.0
    assert look_at(f"http://127.0.0.1:{free_port()}", clock) == Look(5.0, Process(), None)


def test_the_idle_share_is_cpu_time_over_time() -> None:
    assert idle_cores(Look(10, ONE, 2.0), Look(14, ONE, 2.2)) == pytest.approx(0.05)


@pytest.mark.parametrize("after", [Look(14, ONE, None), Look(14, Process("one", STARTED_S + 1), 0.1)])
def test_there_is_no_idle_share_of_a_service_that_says_nothing_or_has_changed(after: Look) -> None:
    assert idle_cores(Look(10, ONE, 2.0), after) is None


def test_a_request_costs_what_is_used_beyond_the_idle_share() -> None:
    uses = [used(1000, 30), used(4000, 70)]
    assert cpu_s_per_request(uses, 0.1) == pytest.approx(0.02)


def test_runs_in_which_requests_were_refused_do_not_tell_what_an_answer_costs() -> None:
    refused = used(500, 30, each_s=0.9, due=1000)
    assert cpu_s_per_request([used(1000, 30), refused], 0.1) == pytest.approx(0.02)
    assert cpu_s_per_request([refused], 0.1) is None
    assert cpu_s_per_request([], 0.1) is None


def test_the_cores_used_under_load_leave_out_the_time_without() -> None:
    """40 s in all, of which 20 s under load: 800 requests of 20 ms, and a tenth of a core throughout."""
    assert used(800, 40).loaded_cores(0.1) == pytest.approx(800 * 0.02 / 20 + 0.1)


def test_without_load_no_cores_were_used_under_it() -> None:
    assert CpuUse(1.0, 10, load_s=0.0, due=0, answered=0).loaded_cores(0.1) is None
