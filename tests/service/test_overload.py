"""A service with too much to do refuses in time, answers its probes, and works for nobody who has left."""

from tests.conftest import ServiceFactory
from tests.service.raw_http import PREDICT, ask, batch, connect, header, metric, status, wait_until
from tests.service.toy import TOY

PROBES = ("/api/health", "/api/health/ready", "/api/health/startup", "/metrics")
ENDLESS = {**TOY, "SERVICE_EMULATE_CPU_MS": "1000", "SERVICE_MAX_COMPUTE_MS": "600000", "SERVICE_STOP_TIMEOUT_S": "0"}
TEN_MINUTES = batch(600)
PREDICTIONS = 'http_requests_total{method="POST",path="/predict",status="%d"}'
BATCHES = 'http_requests_total{method="POST",path="/api/models/toy_model/predictions",status="%d"}'


def test_behind_an_endless_prediction_probes_are_answered_and_others_refused(
    running_service: ServiceFactory,
) -> None:
    service = running_service(**ENDLESS, SERVICE_MAX_WAIT_MS="50")
    with connect(service.port) as endless:
        endless.sendall(TEN_MINUTES)
        wait_until(lambda: metric(service.port, "http_requests_in_flight") == 2)
        for path in PROBES:
            with connect(service.port) as connection:
                assert status(ask(connection, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())) == 200
        with connect(service.port) as connection:
            answer = ask(connection)
        assert status(answer) == 503
        assert header(answer, "retry-after") == "1"
        assert header(answer, "content-type") == "application/problem+json"
        assert header(answer, "connection") is None, "to connect again would cost more than to ask again"


def test_more_than_may_be_in_flight_are_refused_without_waiting(running_service: ServiceFactory) -> None:
    service = running_service(**ENDLESS, SERVICE_MAX_IN_FLIGHT="1", SERVICE_MAX_WAIT_MS="600000")
    with connect(service.port) as endless:
        endless.sendall(TEN_MINUTES)
        wait_until(lambda: metric(service.port, "http_requests_in_flight") == 2)
        with connect(service.port) as connection:
            assert status(ask(connection)) == 503


def test_no_cpu_goes_into_requests_that_were_abandoned(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_EMULATE_CPU_MS="300", SERVICE_MAX_WAIT_MS="60000")
    before_s = metric(service.port, "process_cpu_seconds_total")
    with connect(service.port) as first:
        first.sendall(PREDICT)
        for _ in range(20):
            with connect(service.port) as leaving:
                leaving.sendall(PREDICT)
        with connect(service.port) as last:
            assert status(ask(last)) == 200
    assert metric(service.port, PREDICTIONS % 499) == 20
    assert metric(service.port, "process_cpu_seconds_total") - before_s < 20 * 0.3 / 2


def test_a_client_that_leaves_while_its_prediction_is_computed_got_no_answer(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_EMULATE_CPU_MS="1500", SERVICE_MAX_COMPUTE_MS="600000")
    for number in range(1, 4):
        with connect(service.port) as leaving:
            leaving.sendall(PREDICT)
            wait_until(lambda: metric(service.port, "http_requests_in_flight") == 2)
        wait_until(lambda: metric(service.port, "http_requests_in_flight") == 1)
        assert metric(service.port, PREDICTIONS % 499) == number
    assert metric(service.port, PREDICTIONS % 200) == 0


def test_a_batch_whose_client_leaves_is_ended_and_the_next_one_has_its_turn(running_service: ServiceFactory) -> None:
    heavy = {**TOY, "SERVICE_EMULATE_CPU_MS": "100", "SERVICE_STOP_TIMEOUT_S": "0"}
    service = running_service(**heavy, SERVICE_MAX_COMPUTE_MS="600000")
    with connect(service.port) as leaving:
        leaving.sendall(batch(1000))
        wait_until(lambda: metric(service.port, 'service_model_records_total{model="toy_model"}') > 0)
    with connect(service.port) as staying:
        wait_until(lambda: status(ask(staying)) == 200)
    assert metric(service.port, BATCHES % 499) == 1


def test_a_batch_that_should_take_too_long_is_refused_and_told_so(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_EMULATE_CPU_MS="10", SERVICE_MAX_COMPUTE_MS="300")
    with connect(service.port) as asking:
        answer = ask(asking, batch(600))
        assert status(answer) == 503
        assert b"600 records take longer than the 300 ms that a batch may take; send fewer." in answer
        assert metric(service.port, 'service_model_records_total{model="toy_model"}') == 0
        assert status(ask(asking, batch(3))) == 200
    assert metric(service.port, 'http_requests_shed_total{reason="deadline"}') == 1
