"""What a search has found, in one sentence."""

from collections.abc import Sequence

from load_tests.judging.judgement import Verdict
from load_tests.planning.capacity import Probe, in_words
from load_tests.planning.search import Bounds, End
from load_tests.specification.quantities import format_share


def sentence(model: str, titles: Sequence[str], bounds: Bounds, end: End, probes: Sequence[Probe]) -> str:
    """How much one replica of a model keeps, what is not kept, and why that is all that is known."""
    if bounds.kept_rps is None:
        return _nothing_kept(model, titles, bounds, end, probes)
    keeps = f"one replica of {model} keeps {in_words(titles)}"
    not_kept = "" if bounds.broken_rps is None else f" ({_how(bounds)} at {bounds.broken_rps:g}/s)"
    kept = f"{bounds.kept_rps:g}/s{not_kept}"
    unsure = "" if bounds.confirmed else ", not confirmed by a longer probe"
    match end:
        case End.UNTRUSTED:
            return f"{keeps} up to at least {kept}{unsure}: {_untrusted(probes)}"
        case End.AT_MOST:
            return f"{keeps} at {kept}, which is the highest rate that was to be tried (--at-most)"
        case End.OUT_OF_PROBES:
            return f"{keeps} up to {kept}{unsure}: {len(probes)} probes did not bring the two nearer to each other"
        case _:
            return f"{keeps} up to {kept}"


def _nothing_kept(model: str, titles: Sequence[str], bounds: Bounds, end: End, probes: Sequence[Probe]) -> str:
    if end is End.UNTRUSTED:
        seen = "nothing is known" if bounds.broken_rps is None else f"{_how(bounds)} at {bounds.broken_rps:g}/s"
        return f"no rate was proven to be kept by one replica of {model}, {seen}: {_untrusted(probes)}"
    lowest = [probe for probe in probes if probe.rate_rps == bounds.broken_rps and probe.verdict is not Verdict.PASS]
    return (
        f"one replica of {model} was not proven to keep {in_words(titles)} at any rate that was tried: "
        f"{_how(bounds)} at {bounds.broken_rps:g}/s: {lowest[-1].reason}"
    )


def _how(bounds: Bounds) -> str:
    return "broken" if bounds.broken else "not proven"


def _untrusted(probes: Sequence[Probe]) -> str:
    last = probes[-1]
    return f"the measurement at {last.rate_rps:g}/s could not be trusted: {last.reason}"


def cost(cpu_ms_per_request: float | None, cores_idle: float | None) -> str:
    """`a request costs 0.9 ms of CPU`."""
    if cpu_ms_per_request is None or cores_idle is None:
        return ""
    return f"a request costs {cpu_ms_per_request:.3g} ms of CPU, and none at all {format_share(cores_idle)} of a core"
