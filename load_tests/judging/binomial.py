"""Exact binomial limits: what a count of bad requests proves about the share of bad requests.

Each judged objective comes down to "of n requests, at most the share p may be bad". With k bad ones seen, it is
proven kept when so few would be unlikely for a system right on the limit, P(X ≤ k | n, p) ≤ 1 − confidence, and
proven broken when so many would be, P(X ≥ k | n, p) ≤ 1 − confidence. These are the one-sided limits of
C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26 (1934). They assume that requests are good or bad independently of each other.
"""

import math
from statistics import NormalDist

_NEGLIGIBLE = 1e-18
_CLOSE = 1e-13
_MOST_STEPS = 60
MOST_TO_SETTLE = 10_000_000
MANY = 100
"""So many bad ones expected make a binomial count so nearly normal that no limit needs to be summed up."""


def probability_at_most(bad: int, n: int, share: float) -> float:
    """P(X ≤ bad) for X ~ Binomial(n, share), summed from its largest term outwards."""
    if bad < 0:
        return 0.0
    if bad >= n or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    if bad > n * share:
        return 1.0 - _tail(bad + 1, n, share, step=1)
    return _tail(bad, n, share, step=-1)


def _tail(start: int, n: int, share: float, step: int) -> float:
    """Sum P(X = k) from `start` away from the mode until the terms no longer count."""
    odds = share / (1 - share)
    log_first = (
        math.lgamma(n + 1) - math.lgamma(start + 1) - math.lgamma(n - start + 1)
        + start * math.log(share) + (n - start) * math.log1p(-share)
    )  # fmt: skip
    term, total, k = 1.0, 1.0, start
    while 0 <= k + step <= n and term > _NEGLIGIBLE:
        term *= (n - k) / (k + 1) * odds if step > 0 else k / (n - k + 1) / odds
        k += step
        total += term
    return min(1.0, math.exp(log_first) * total)


def proves_kept(bad: int, n: int, allowed: float, confidence: float) -> bool:
    """Whether `bad` of `n` prove that the share of bad requests is below `allowed`."""
    return n > 0 and probability_at_most(bad, n, allowed) <= 1 - confidence


def proves_broken(bad: int, n: int, allowed: float, confidence: float) -> bool:
    """Whether `bad` of `n` prove that the share of bad requests is above `allowed`."""
    return n > 0 and 1 - probability_at_most(bad - 1, n, allowed) <= 1 - confidence


def upper_limit(bad: int, n: int, confidence: float) -> float:
    """Largest share of bad requests that `bad` of `n` leave possible (one-sided Clopper-Pearson).

    Found by Newton's method, halving where that leaves the bounds: a dozen times fewer sums than by halving alone.
    """
    if n == 0 or bad >= n:
        return 1.0
    low, high = bad / n, 1.0
    following = (bad + 1 + _deviations(confidence) * math.sqrt(bad + 1)) / n
    for _ in range(_MOST_STEPS):
        share = following if low < following < high else (low + high) / 2
        excess = probability_at_most(bad, n, share) - (1 - confidence)
        low, high = (share, high) if excess > 0 else (low, share)
        following = share + excess / max(_decline(bad, n, share), _NEGLIGIBLE)
        if abs(following - share) <= _CLOSE * share:
            break
    return share


def _decline(bad: int, n: int, share: float) -> float:
    """How fast P(X ≤ bad) falls when the share rises."""
    log_of_it = (
        math.lgamma(n + 1) - math.lgamma(bad + 1) - math.lgamma(n - bad)
        + bad * math.log(share) + (n - 1 - bad) * math.log1p(-share)
    )  # fmt: skip
    return math.exp(log_of_it)


def _deviations(confidence: float) -> float:
    """How many standard deviations from its mean a normal variable stays with that confidence: 1.64 for 95 %."""
    return NormalDist().inv_cdf(confidence)


def lower_limit(bad: int, n: int, confidence: float) -> float:
    """Smallest share of bad requests that `bad` of `n` leave possible (one-sided Clopper-Pearson)."""
    return 1 - upper_limit(n - bad, n, confidence)


def requests_to_prove(bad: int, allowed: float, confidence: float) -> int:
    """Fewest requests that prove a share of at most `allowed` with `bad` bad ones among them."""
    low, high = bad, bad + 1
    while not proves_kept(bad, high, allowed, confidence):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if proves_kept(bad, middle, allowed, confidence):
            high = middle
        else:
            low = middle
    return high


def requests_to_settle(bad: int, n: int, allowed: float, to_keep: float, to_break: float) -> int | None:
    """How many more requests would prove the objective kept or broken, if bad ones go on as often as so far.

    `to_keep` and `to_break` are the confidences that either takes. None when even `MOST_TO_SETTLE` requests would not
    do: the share seen is too close to the one allowed. Large numbers are right to 3 %, and take no time.
    """
    if n == 0:
        return requests_to_prove(0, allowed, to_keep)
    about = _about_settled(bad / n, allowed, to_keep, to_break)
    if about > MOST_TO_SETTLE:
        return None
    if about * min(allowed, 1 - allowed) >= MANY:
        return max(1, math.ceil(about) - n)
    return _exactly_settled(bad / n, n, allowed, to_keep, to_break) - n


def _about_settled(share: float, allowed: float, to_keep: float, to_break: float) -> float:
    """How many requests settle the matter, by the normal approximation with its corrections for steps and skewness."""
    distance = abs(allowed - share)
    if not distance:
        return math.inf
    z = _deviations(to_keep if share < allowed else to_break)
    skewness = (z * z - 1) * (1 - 2 * allowed) / 6
    correction = (skewness if share < allowed else -skewness) - 0.5
    width = z * math.sqrt(allowed * (1 - allowed))
    return ((width + math.sqrt(max(0.0, width * width - 4 * distance * correction))) / (2 * distance)) ** 2


def _exactly_settled(share: float, n: int, allowed: float, to_keep: float, to_break: float) -> int:
    """How many requests in all settle the matter, more than `n`."""

    def settled(total: int) -> bool:
        bad = round(share * total)
        return proves_kept(bad, total, allowed, to_keep) or proves_broken(bad, total, allowed, to_break)

    low, high = n, n * 2
    while not settled(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if settled(middle) else (middle, high)
    return high
