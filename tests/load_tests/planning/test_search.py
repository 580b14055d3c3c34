"""Whatever a service does, a search for its capacity ends, and says no more than what was seen."""

from collections.abc import Callable

from hypothesis import assume, given
from hypothesis import strategies as st

from load_tests.judging.judgement import Verdict
from load_tests.planning.search import MOST_PROBES, Bounds, End, Limits, Next, Tried, bounds_of, next_step

PASS, FAIL, INCONCLUSIVE, INVALID = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.INVALID
LIMITS = Limits(first_rps=50, lowest_rps=1, highest_rps=2000)
Responder = Callable[[Next], Verdict]

rates = st.floats(0.5, 5000)
limits = st.builds(
    lambda first, down, up, resolution: Limits(first, first / down, first * up, resolution),
    rates,
    st.floats(1, 1000),
    st.floats(1, 1000),
    st.floats(0.02, 1),
)


def searched(respond: Responder, within: Limits = LIMITS) -> tuple[list[Tried], End]:
    """All probes of a search of a service that responds so, and why it ended."""
    tried: list[Tried] = []
    while isinstance(step := next_step(tried, within), Next):
        tried.append(Tried(step.rate_rps, respond(step), step.confirms))
        assert len(tried) <= within.most_probes, "it does not end"
    return tried, step


def up_to(threshold_rps: float) -> Responder:
    """A service that keeps every rate up to one, and breaks all above it."""
    return lambda step: PASS if step.rate_rps <= threshold_rps else FAIL


def rates_of(tried: list[Tried]) -> list[float]:
    return [one.rate_rps for one in tried]


@given(limits, rates)
def test_the_capacity_of_a_service_with_one_is_found_within_the_resolution(within: Limits, threshold: float) -> None:
    tried, end = searched(up_to(threshold), within)
    bounds = bounds_of(tried)
    assume(end is not End.OUT_OF_PROBES)
    if threshold < within.lowest_rps:
        assert end is End.NOTHING_KEPT
        assert bounds.kept_rps is None
    elif threshold >= within.highest_rps:
        assert end is End.AT_MOST
        assert bounds == Bounds(within.highest_rps, True, None, False)
    else:
        assert end is End.FOUND
        assert bounds.kept_rps is not None
        assert bounds.broken_rps is not None
        assert bounds.kept_rps <= threshold < bounds.broken_rps <= bounds.kept_rps * (1 + within.resolution)
        assert bounds.confirmed
        assert bounds.broken


@given(st.floats(0.02, 1), st.floats(1 / 32, 32))
def test_the_probes_are_enough_for_a_capacity_far_from_the_first_rate(resolution: float, factor: float) -> None:
    _, end = searched(up_to(100 * factor), Limits(100, 0.1, 1e5, resolution))
    assert end is End.FOUND


@given(limits, st.lists(st.sampled_from(Verdict), min_size=MOST_PROBES, max_size=MOST_PROBES))
def test_no_service_makes_a_search_go_on_or_contradict_itself(within: Limits, moods: list[Verdict]) -> None:
    following = iter(moods)
    tried, end = searched(lambda _: next(following), within)
    bounds = bounds_of(tried)
    assert all(within.lowest_rps <= one.rate_rps <= within.highest_rps for one in tried)
    if bounds.kept_rps is not None and bounds.broken_rps is not None:
        assert bounds.kept_rps < bounds.broken_rps
    if end in (End.FOUND, End.AT_MOST):
        assert Tried(bounds.kept_rps or 0, PASS, confirms=True) in tried
    assert (end is End.UNTRUSTED) == (len(tried) > 1 and tried[-1].verdict is INVALID and tried[-2] == tried[-1])
    kept = [one.rate_rps for one in tried if one.verdict is PASS]
    assert bounds.kept_rps is None or bounds.kept_rps in kept


def test_rates_are_doubled_until_one_is_not_kept_then_bisected_then_confirmed() -> None:
    tried, end = searched(up_to(310))
    assert rates_of(tried) == [50, 100, 200, 400, 283, 336, 308, 308]
    assert [one.confirms for one in tried] == [False] * 7 + [True]
    assert end is End.FOUND


def test_rates_are_halved_while_none_is_kept() -> None:
    tried, _ = searched(up_to(7))
    assert rates_of(tried)[:4] == [50, 25, 12.5, 6.25]


def test_the_highest_rate_is_confirmed_as_well() -> None:
    tried, end = searched(up_to(1e6), Limits(60, 1, 100))
    assert rates_of(tried) == [60, 100, 100]
    assert end is End.AT_MOST


def test_the_lowest_rate_is_the_last_to_be_tried_of_a_service_that_keeps_none() -> None:
    tried, end = searched(up_to(0), Limits(50, 20, 2000))
    assert rates_of(tried) == [50, 25, 20]
    assert end is End.NOTHING_KEPT


def test_what_is_not_confirmed_is_not_kept_and_the_search_goes_on_below_it() -> None:
    tried, end = searched(lambda step: FAIL if step.rate_rps > (150 if step.confirms else 310) else PASS)
    assert end is End.FOUND
    assert bounds_of(tried) == Bounds(141, True, 154, True)
    first = tried.index(Tried(308, FAIL, confirms=True))
    assert all(one.confirms for one in tried[first:]), "short probes have deceived once"


def test_a_rate_that_is_not_proven_bounds_the_search_but_is_not_called_broken() -> None:
    tried, _ = searched(lambda step: PASS if step.rate_rps <= 310 else INCONCLUSIVE)
    assert bounds_of(tried) == Bounds(308, True, 336, False)


def test_a_measurement_that_cannot_be_trusted_is_repeated_once() -> None:
    once = [Tried(50, PASS), Tried(100, INVALID)]
    assert next_step(once, LIMITS) == Next(100)
    assert next_step([*once, Tried(100, PASS)], LIMITS) == Next(200)
    assert next_step([*once, Tried(100, INVALID)], LIMITS) is End.UNTRUSTED
    assert bounds_of([*once, Tried(100, INVALID)]) == Bounds(50, False, None, False)


def test_a_confirmation_that_cannot_be_trusted_is_repeated_as_one() -> None:
    tried = [Tried(100, PASS), Tried(105, FAIL), Tried(100, INVALID, confirms=True)]
    assert next_step(tried, LIMITS) == Next(100, confirms=True)


def test_a_single_probe_that_cannot_be_trusted_tells_nothing() -> None:
    assert next_step([Tried(50, INVALID)], Limits(50, 1, 2000, most_probes=1)) is End.UNTRUSTED


def test_the_last_probe_confirms_the_best_so_far() -> None:
    tried, end = searched(up_to(0.0625), Limits(50, 0.001, 2000, resolution=0.02, most_probes=12))
    assert tried[-1] == Tried(bounds_of(tried).kept_rps or 0, PASS, confirms=True)
    assert end is End.OUT_OF_PROBES
    assert MOST_PROBES > 12
