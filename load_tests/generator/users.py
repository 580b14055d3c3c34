"""The Locust users: one that offers open arrivals, and those who wait for their answers."""

import ssl
from functools import cache
from typing import ClassVar

import gevent
import gevent.ssl
from gevent.pool import Pool
from locust import FastHttpUser, task
from locust.contrib.fasthttp import FastHttpSession, LocustBadStatusCode, ResponseContextManager
from locust.exception import StopUser

from load_tests.generator.connections import Connections
from load_tests.generator.run import LoadRun
from load_tests.payloads.deck import Payload
from load_tests.recording.outcomes import Outcome
from load_tests.recording.servers import HEADER
from load_tests.specification.offered_load import ConnectionUse

LONGEST_SLEEP_S = 0.5
"""A user that waits for a distant request looks this often whether the run was stopped."""
LONGEST_DETAIL = 80


@cache
def _tls(cafile: str | None = None) -> ssl.SSLContext:  # noqa: ARG001 (whom the machine trusts, and nobody else)
    """The one TLS context of all sessions: making it takes 20 ms, in which nothing is sent."""
    context: ssl.SSLContext = gevent.ssl.create_default_context()
    return context


class LoadUser(FastHttpUser):
    """A user that sends the payloads of a run and records what becomes of them."""

    abstract = True
    insecure = False
    load_run: ClassVar[LoadRun]
    """The run under way; set when a test starts."""

    def open_connections(self, lanes: int) -> Connections:
        """Connections of this user, renewed as the scenario says."""
        load = self.load_run.scenario.load
        max_age_s = load.connections if isinstance(load.connections, float) else None
        return Connections(self._new_session, lanes, max_age_s, self.load_run.now_s)

    def _new_session(self) -> FastHttpSession:
        load = self.load_run.scenario.load
        headers = {"Content-Type": "application/json"}
        if load.connections is ConnectionUse.PER_REQUEST:
            headers["Connection"] = "close"
        session = FastHttpSession(
            base_url=self.host,
            request_event=self.environment.events.request,
            user=self,
            insecure=self.insecure,
            network_timeout=load.timeout,
            connection_timeout=load.timeout,
            max_retries=0,
            ssl_context_factory=_tls,
            concurrency=load.in_flight,
            headers=headers,
        )
        session.client.redirect_response_codes = frozenset()  # type: ignore[misc]
        return session

    def send(self, connections: Connections, number: int, due_s: float) -> None:
        """Send a request of the run by its number, and record what becomes of it."""
        run = self.load_run
        payload = run.payload(number)
        session = connections.next()
        ticket = run.recorder.sent(due_s)
        outcome, detail, server = Outcome.UNFINISHED, "", 0
        try:
            with gevent.Timeout(run.scenario.load.timeout):
                outcome, detail, server = self._ask(session, payload)
        except gevent.Timeout:
            outcome, detail = Outcome.TIMEOUT, "timeout"
        finally:
            run.recorder.ended(ticket, outcome, detail, server)
        if outcome is Outcome.TIMEOUT:
            connections.discard(session)

    def _ask(self, session: FastHttpSession, payload: Payload) -> tuple[Outcome, str, int]:
        """Post a payload and say what came back, and from whom; Locust's own statistics are told as well."""
        run = self.load_run
        try:
            answer = session.post(run.scenario.prediction_path, data=payload.body, catch_response=True)  # type: ignore[arg-type]
        except AssertionError:  # gevent's way to say that this side is at fault
            raise
        except Exception as error:  # the decoders of bodies raise what they like, and the body is the service's
            return Outcome.WRONG_ANSWER, f"an answer that cannot be read: {type(error).__name__}", 0
        with answer as response:
            outcome, detail = _failure(response) or run.deck.check(payload, response.status_code, response.content)
            if outcome is Outcome.CORRECT:
                response.success()
            else:
                response.failure(detail)
            server = run.servers.number_of(response.headers.get(HEADER)) if response.headers else 0
        return outcome, detail, server


def _failure(response: ResponseContextManager) -> tuple[Outcome, str] | None:
    """Say what kept a request from being answered; None if it was answered, with whatever status."""
    error = response.request_meta["exception"]
    if error is None or isinstance(error, LocustBadStatusCode):
        return None
    error = _without_traceback(getattr(error, "original", None) or _without_traceback(error))
    if isinstance(error, gevent.Timeout | TimeoutError):
        return Outcome.TIMEOUT, "timeout"
    return Outcome.CONNECTION, f"{type(error).__name__}: {error}"[:LONGEST_DETAIL]


def _without_traceback(error: BaseException) -> BaseException:
    """Break the cycle of an error and its frames: collecting thousands of them stops the generator for 0.1 s."""
    if error.__context__ is not None:
        error.__context__.__traceback__ = None
    return error.with_traceback(None)


class OpenArrivals(LoadUser):
    """Everybody: sends each request when it is due, whether or not earlier ones have been answered."""

    LANES: ClassVar[int] = 10

    @task
    def offer(self) -> None:
        """Offer this process's share of the schedule, then wait for the last answers."""
        run = self.load_run
        schedule = run.take_schedule()
        if schedule is None:
            raise StopUser
        pool = Pool(run.most_in_flight)
        connections = self.open_connections(self.LANES)
        for number, due_s in schedule:
            if not self._sleep_until(due_s):
                break
            if pool.free_count():
                pool.spawn(self.send, connections, number, due_s).link_exception(self._note_error)
            else:
                run.recorder.dropped(due_s)
        run.all_offered = True
        pool.join(timeout=run.scenario.load.patience_s)
        pool.kill()
        raise StopUser

    def _sleep_until(self, due_s: float) -> bool:
        """Sleep until a request is due; False if the run was stopped meanwhile."""
        while (wait_s := due_s - self.load_run.now_s()) > 0:
            if not self.load_run.offering:
                return False
            gevent.sleep(min(wait_s, LONGEST_SLEEP_S))
        if self.load_run.now_s() - due_s > LONGEST_SLEEP_S:
            gevent.sleep(0)  # far behind: let answers, signals and the watch have their turn
        return self.load_run.offering

    def _note_error(self, greenlet: "gevent.Greenlet[..., None]") -> None:
        self.load_run.errors.append(repr(greenlet.exception))


class ClosedUser(LoadUser):
    """Somebody who asks at an even pace, one request at a time."""

    def on_start(self) -> None:
        """Begin with a schedule and connections of one's own."""
        self._schedule = self.load_run.new_user()
        self._connections = self.open_connections(lanes=1)

    def on_stop(self) -> None:
        """Leave the schedule to whoever comes next."""
        self.load_run.user_left(self._schedule)

    def wait_time(self) -> float:
        """Seconds until the next request is due; Locust may stop a user who waits."""
        return max(0.0, self._due_s - self.load_run.now_s())

    @task
    def ask(self) -> None:
        """Wait until the next request is due, and send it."""
        run = self.load_run
        self._due_s = self._schedule.next_due_s(run.now_s())
        if self._due_s >= run.timeline.ends_s:
            raise StopUser
        self.wait()
        if not run.offering:
            raise StopUser
        self.send(self._connections, run.next_number(), self._due_s)
