"""A cluster over a run in words: what came of the load step, what could not be seen, and its pods as a table."""

from collections.abc import Iterator

from load_tests.cluster.effects import UntilBack
from load_tests.cluster.judging import said_back, said_balance, said_first
from load_tests.cluster.report import ClusterReport, PodReport
from load_tests.report.run_report import RunReport
from load_tests.report.tables import Table, as_sentence
from load_tests.specification.quantities import format_duration


def cluster_sentence(report: RunReport) -> str:
    """What came of the load step; empty without a cluster."""
    effects = report.effects
    if effects is None:
        return ""
    lost = "1 request was lost" if effects.lost == 1 else f"{effects.lost} requests were lost"
    ready = "1 pod was ready" if effects.most_ready == 1 else f"up to {effects.most_ready} pods were ready"
    parts = [said_first(effects), said_back(effects)] if effects.step_s else []
    if effects.until_back is not None:
        parts.append(said_cost(effects.until_back))
    parts += [ready, lost]
    if effects.first_new_pod_s is not None:
        parts.append(said_balance(effects.shares))
    return as_sentence("; ".join(parts))


def said_cost(until: UntilBack) -> str:
    """What the users had to bear until the service was back inside its SLO."""
    return f"of {until.due} requests due until then, {until.failed} failed and {until.late} came late"


def cluster_notes(report: RunReport) -> Iterator[str]:
    """What else is to be known of the cluster."""
    cluster = report.cluster
    if cluster is None:
        return
    for span in cluster.blind:
        between = f"from {format_duration(span.begins_s)} to {format_duration(span.ends_s)}"
        yield f"Nothing was seen of the cluster {between}: {span.why}."
    for what in cluster.unreadable:
        yield f"Not readable: {what}."
    for pod in cluster.pods:
        if pod.restarts:
            yield f"Restarts of {pod.name}: {pod.restarts}."
    yield f"Watching took {cluster.watcher_cpu_s_a_minute:.2g} s of CPU a minute."


def pod_table(report: RunReport) -> Table:
    """One row a pod."""
    head = ("pod", "node", "ready after", "until", "restarts", "most CPU", "throttled", "answered", "of fair")
    rows = tuple(_pod_row(pod, report) for pod in report.cluster.pods) if report.cluster else ()
    return Table(head, rows, frozenset(range(2, len(head))))


def _pod_row(pod: PodReport, report: RunReport) -> tuple[str, ...]:
    used = max((cores for cores in pod.used_cores if cores is not None), default=None)
    throttled = max((share for share in pod.throttled if share is not None), default=None)
    shares = report.effects.shares if report.effects else ()
    ratio = next((share.ratio for share in shares if share.name == pod.name), None)
    return (
        pod.name,
        pod.node,
        "–" if pod.ready_s is None else "before" if pod.ready_s <= 0 else f"{pod.ready_s:.0f} s",
        "the end" if pod.ending_s is None else f"{pod.ending_s:.0f} s",
        str(pod.restarts),
        "–" if used is None else f"{used * 1000:.0f}m",
        "–" if throttled is None else f"{throttled:.0%}",
        f"{sum(report.seconds.served.get(pod.name, ())):,}",
        "–" if ratio is None else f"{ratio:.0%}",
    )


def autoscaler_words(cluster: ClusterReport) -> str:
    """Who decides how many pods there are."""
    scaler = cluster.autoscaler
    if scaler is None:
        return "no autoscaler"
    by = f"at {scaler.target_percent} % of the CPU they request" if scaler.target_percent else "by what is not CPU"
    return f"autoscaled from {scaler.least} to {scaler.most} pods {by}"
