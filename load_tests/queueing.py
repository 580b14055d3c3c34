"""What queueing theory says of one server with a fixed service time: the waiting that a right measurement must find.

Kendall's notation (D. G. Kendall, "Stochastic processes occurring in the theory of queues", Annals of Mathematical
Statistics 24, 1953) names arrivals, service times and servers: M/D/1 is a Poisson process of arrivals (`arrivals:
open`) before one server that takes equally long for each request, D/D/1 the same with arrivals at even intervals
(`arrivals: uniform`). Requests are served in the order in which they come. Latency is waiting and service together.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext

SURE_DIGITS = 20
"""Decimal digits that are left of a sum after all that its terms may cancel."""
BISECTIONS = 50


def utilisation(rate_rps: float, service_s: float) -> float:
    """Share of its time that the server would need for all requests (ρ): at 1 and above it cannot keep up."""
    return rate_rps * service_s


def latencies_s(due_s: Iterable[float], service_s: float) -> Iterator[float]:
    """Latency of each request, given when they come (rising), for whatever arrivals.

    The waiting times follow from each other: W' = max(0, W + S − A) with A the time between two arrivals
    (D. V. Lindley, "The theory of queues with a single server", Proceedings of the Cambridge Philosophical Society 48,
    1952).
    """
    wait_s, previous_s = 0.0, -math.inf
    for at_s in due_s:
        wait_s = max(0.0, wait_s + service_s - (at_s - previous_s))
        previous_s = at_s
        yield wait_s + service_s


def dd1_latency_s(number: int, rate_rps: float, service_s: float) -> float:
    """Latency of a request of D/D/1, with `number` requests before it since the server was idle.

    Nobody waits while the server is faster than the requests come. If it is slower, each request waits longer than the
    one before it, by the same time.
    """
    return service_s + number * max(0.0, service_s - 1 / rate_rps)


def md1_waits_at_most(wait_s: float, rate_rps: float, service_s: float) -> float:
    """Share of the requests of M/D/1 that wait for at most `wait_s` before they are served.

    F(t) = (1 − ρ) Σ (λ(kD − t))ᵏ / k! · exp(−λ(kD − t)), summed over the whole k from 0 to t / D, with λ requests a
    second, service time D and ρ = λD (A. K. Erlang, "The theory of probabilities and telephone conversations", Nyt
    Tidsskrift for Matematik B 20, 1909; C. D. Crommelin, "Delay probability formulae when the holding times are
    constant", Post Office Electrical Engineers' Journal 25, 1932).

    The terms alternate, and the sum of their amounts is below exp(2λt): floating point would lose all its digits from
    about λt = 20 on. So as many decimal digits are carried as that bound may cost, and it holds for every ρ < 1 and t.
    """
    _check_stable(rate_rps, service_s)
    if wait_s < 0:
        return 0.0
    with localcontext() as context:
        context.prec = SURE_DIGITS + math.ceil(2 * rate_rps * wait_s / math.log(10))
        rate, service, wait = Decimal(rate_rps), Decimal(service_s), Decimal(wait_s)
        total, factorial = Decimal(0), Decimal(1)
        for k in range(int(wait / service) + 1):
            factorial *= max(k, 1)
            exponent = rate * (k * service - wait)
            power = exponent**k if k else Decimal(1)
            total += power / factorial * (-exponent).exp()
        return float((1 - rate * service) * total)


def md1_latency_s(share: float, rate_rps: float, service_s: float) -> float:
    """Latency that the share (0.99 for the p99) of the requests of M/D/1 do not exceed, found by bisection."""
    _check_stable(rate_rps, service_s)
    if not 0 <= share < 1:
        raise ValueError(f"{share} is not a share from 0 to below 1")
    low_s, high_s = 0.0, service_s
    while md1_waits_at_most(high_s, rate_rps, service_s) < share:
        low_s, high_s = high_s, high_s * 2
    for _ in range(BISECTIONS):
        middle_s = (low_s + high_s) / 2
        if md1_waits_at_most(middle_s, rate_rps, service_s) < share:
            low_s = middle_s
        else:
            high_s = middle_s
    return high_s + service_s


def longest_service_s(share: float, latency_s: float, rate_rps: float) -> float:
    """Most that a request may take of the server of M/D/1, if that share of all is to be answered within a latency."""
    low_s, high_s = 0.0, min(latency_s, 1 / rate_rps)
    for _ in range(BISECTIONS):
        middle_s = (low_s + high_s) / 2
        if md1_waits_at_most(latency_s - middle_s, rate_rps, middle_s) >= share:
            low_s = middle_s
        else:
            high_s = middle_s
    return low_s


def _check_stable(rate_rps: float, service_s: float) -> None:
    """Raise ValueError for a server that cannot keep up: its queue grows, so no waiting time stays what it is."""
    if not 0 < utilisation(rate_rps, service_s) < 1:
        raise ValueError(f"{rate_rps:g} requests a second of {service_s:g} s each have no steady state in one server")


@dataclass(frozen=True)
class ClosedUsers:
    """Users who each ask at an even pace, one request at a time, of one server with a fixed service time.

    A queue of them is never longer than they are many, and they never ask for more than the server answers: the bounds
    of P. J. Denning and J. P. Buzen, "The operational analysis of queueing network models", ACM Computing Surveys 10,
    1978. Below them lies what such a measurement cannot see, because those who would have come did not ask.
    """

    users: int
    each_rps: float
    service_s: float

    @property
    def give_way(self) -> bool:
        """Whether the server is too slow for what they ask for, so that they ask for less."""
        return self.users * self.service_s * self.each_rps > 1

    @property
    def asked_rps(self) -> float:
        """Requests a second that they really send: never more than the server answers."""
        return min(self.users * self.each_rps, 1 / self.service_s)

    @property
    def least_latency_s(self) -> float:
        """Latency that no request is below, after the first: of a user who meets nobody, or always everybody."""
        return self.users * self.service_s if self.give_way else self.service_s

    @property
    def most_latency_s(self) -> float:
        """Latency that no request is above, however much they ask for."""
        return self.users * self.service_s
