"""Exact binomial limits: what a count of bad requests proves about the share of bad requests.

Each judged objective comes down to "of n requests, at most the share p may be bad". With k bad ones seen, it is
proven kept when so few would be unlikely for a system right on the limit, P(X ≤ k | n, p) ≤ 1 − confidence, and
proven broken when so many would be, P(X ≥ k | n, p) ≤ 1 − confidence. These are the one-sided limits of
C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26 (1934). They assume that requests are good or bad independently of each other.
"""

import math

_NEGLIGIBLE = 1e-18
MOST_TO_SETTLE = 10_000_000


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
    """Largest share of bad requests that `bad` of `n` leave possible (one-sided Clopper-Pearson)."""
    if n == 0 or bad >= n:
        return 1.0
    low, high = bad / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if probability_at_most(bad, n, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


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
    do: the share seen is too close to the one allowed.
    """
    if n == 0:
        return requests_to_prove(0, allowed, to_keep)

    def settled(total: int) -> bool:
        expected = round(bad * total / n)
        return proves_kept(expected, total, allowed, to_keep) or proves_broken(expected, total, allowed, to_break)

    low, high = n, n * 2
    while not settled(high):
        if high > MOST_TO_SETTLE:
            return None
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if settled(middle) else (middle, high)
    return high - n
