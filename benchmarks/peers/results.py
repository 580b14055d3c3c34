"""From rounds to figures, and from the result file to the tables in docs/peers.md."""

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.peers.catalogue import FLOOR, OWN, ROOT
from benchmarks.peers.measuring import Round, Subject
from benchmarks.result_file import RESULTS

RESULT_FILE = RESULTS / "peers.json"
DOCUMENT = ROOT / "docs" / "peers.md"


@dataclass(frozen=True)
class Figures:
    """What was found of one peer: medians over the rounds."""

    title: str
    versions: Mapping[str, str]
    differs_by_usd: float | None
    cpu_us: float
    cpu_us_lowest: float
    cpu_us_highest: float
    times_this_service: float | None
    times_the_floor: float | None
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    memory_mb: float
    processes: int
    cold_start_s: float
    cold_start_cpu_s: float
    environment_mb: float


def figures(
    subject: Subject,
    versions: Mapping[str, str],
    environment_mb: float,
    rounds: Mapping[str, Sequence[Round]],
) -> Figures:
    """Sum up the rounds of one peer, beside those of the floor and of this service."""
    own = rounds[subject.name]
    cpu_us = [one.cpu_us for one in own]
    return Figures(
        title=subject.peer.title,
        versions=versions,
        differs_by_usd=None if subject.differs_by_usd is None else round(subject.differs_by_usd, 2),
        cpu_us=round(statistics.median(cpu_us), 1),
        cpu_us_lowest=round(min(cpu_us), 1),
        cpu_us_highest=round(max(cpu_us), 1),
        times_this_service=_times(own, rounds.get(OWN, ())),
        times_the_floor=_times(own, rounds.get(FLOOR, ())),
        requests_per_s=round(statistics.median(one.requests_per_s for one in own), 1),
        p50_ms=round(statistics.median(one.p50_ms for one in own), 2),
        p99_ms=round(statistics.median(one.p99_ms for one in own), 2),
        memory_mb=round(statistics.median(one.memory_mb for one in own), 1),
        processes=round(statistics.median(one.processes for one in own)),
        cold_start_s=round(statistics.median(one.cold_start_s for one in own), 2),
        cold_start_cpu_s=round(statistics.median(one.cold_start_cpu_s for one in own), 2),
        environment_mb=round(environment_mb, 1),
    )


def _times(rounds: Sequence[Round], others: Sequence[Round]) -> float | None:
    """How many times the CPU per request of another: the median of the ratios of the same round."""
    if not others:
        return None
    return round(statistics.median(a.cpu_us / b.cpu_us for a, b in zip(rounds, others, strict=True)), 2)


def read() -> dict[str, Any]:
    """Read the result file."""
    return dict(json.loads(RESULT_FILE.read_text(encoding="utf-8")))


def table(result: Mapping[str, Any]) -> Iterator[str]:
    """Rows of the table of figures, the cheapest first; what could not be measured comes last."""
    for peer in sorted(result["peers"].values(), key=lambda peer: float(peer["cpu_us"])):
        times = "" if peer["times_this_service"] is None else f"{peer['times_this_service']:,.1f}"
        yield (
            f"| {peer['title']} | {peer['cpu_us']:,.0f} µs "
            f"| {peer['cpu_us_lowest']:,.0f}–{peer['cpu_us_highest']:,.0f} | {times} | {peer['requests_per_s']:,.0f} "
            f"| {peer['p50_ms']:,.1f} ms | {peer['p99_ms']:,.1f} ms | {peer['memory_mb']:,.0f} MB "
            f"| {peer['cold_start_s']:,.1f} s | {peer['cold_start_cpu_s']:,.1f} s | {peer['environment_mb']:,.0f} MB |"
        )
    for title, reason in result["not_measured"].items():
        yield f"| {title} | not measured: {reason} | | | | | | | | | |"


def table_of_versions(result: Mapping[str, Any]) -> Iterator[str]:
    """Rows of the table of what was compared, in the order of the table of figures."""
    for peer in sorted(result["peers"].values(), key=lambda peer: float(peer["cpu_us"])):
        versions = ", ".join(f"{name} {version}" for name, version in peer["versions"].items())
        differs = "answers a constant" if peer["differs_by_usd"] is None else f"{peer['differs_by_usd']:.2f} USD"
        yield f"| {peer['title']} | {versions} | {peer['processes']} | {differs} |"


def rewritten(document: str, result: Mapping[str, Any]) -> str:
    """Return the document with the rows of its two tables made anew."""
    for head, rows in (("| served by | CPU", table(result)), ("| served by | versions", table_of_versions(result))):
        before, found, after = document.partition(head)
        columns, separator, *rest = after.split("\n")
        kept = rest[next(number for number, line in enumerate(rest) if not line.startswith("|")) :]
        document = before + "\n".join([found + columns, separator, *rows, *kept])
    return document
