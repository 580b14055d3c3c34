"""What came of a load step on a cluster: the first new pod, the way back, what was lost, and who took which share."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from load_tests.cluster.report import ClusterReport, PodReport
from load_tests.report.part import Part
from load_tests.specification.load_step import LoadStep
from load_tests.specification.scaling import BACK_FOR_S, SHARED_AFTER_S, SHORTEST_SHARE_S

FEWEST_REQUESTS = 100
"""Of fewer requests than this, chance decides the share."""


@dataclass(frozen=True)
class Traffic:
    """Requests of a run in equal steps, by the time at which they were due."""

    step_s: int
    begins_s: Sequence[int]
    due: Sequence[int]
    bad: Sequence[int]
    """Those that were not answered correctly, or later than the step's objective allows."""
    late: Sequence[int]
    """Those that were answered correctly, later than the step's objective allows."""
    failed: Sequence[int]
    """Those that went wrong, but for those that the generator dropped."""
    served: dict[str, Sequence[int]]
    """Answers by who gave them."""

    def between(self, begins_s: float, ends_s: float) -> range:
        """The steps that lie between two times."""
        inside = [
            place for place, at_s in enumerate(self.begins_s) if begins_s <= at_s and at_s + self.step_s <= ends_s
        ]
        return range(inside[0], inside[-1] + 1) if inside else range(0)


class PodShare(Part):
    """What a new pod answered, from when it should have its share, against what would have been fair."""

    name: str
    ready_s: float
    from_s: float
    until_s: float
    answered: int
    fair: float = Field(description="An equal part, at each moment, of what all pods answered.")
    ratio: float = Field(description="Answered by fair: 1 is fair.")


class UntilBack(Part):
    """What the overload cost: requests due from the load step until the service was back inside its SLO.

    Of one that never was, those until the load went down again.
    """

    due: int
    failed: int = Field(description="Went wrong: refused, for one.")
    late: int = Field(description="Answered correctly, later than the objective allows.")


class Effects(Part):
    """What came of a load step. Times are seconds since it."""

    step_s: float = Field(description="When the step was, in seconds since the run began.")
    most_ready: int = Field(description="Most pods that were ready at a look, from the step on.")
    first_new_pod_s: float | None = Field(
        description="When there was a pod more than at the step; null if there never was."
    )
    left_slo: bool | None = Field(
        description="Whether it was outside its SLO after the step; null if the step was too short, or has no latency "
        "objective, to tell."
    )
    back_s: float | None = Field(description="When the service was back inside its SLO; null if it never was.")
    until_back: UntilBack | None = Field(default=None, description="Null if it never left its SLO.")
    lost: int = Field(description="Requests without a right answer, over the whole run.")
    shares: tuple[PodShare, ...] = Field(description="Of the new pods that were there for long enough.")


def effects_of(step: LoadStep, cluster: ClusterReport, traffic: Traffic) -> Effects:
    """Put together what is known."""
    ready_s = [pod.ready_s for pod in cluster.pods if pod.ready_s is not None and pod.ready_s > step.begins_s]
    ready = [count for at_s, count in zip(cluster.at_s, cluster.ready, strict=True) if at_s >= step.begins_s]
    before = cluster.serving_at(step.begins_s)
    grown_s = [at_s for at_s in ready_s if cluster.serving_at(at_s) > before]  # not where one took another's place
    left_slo, back_s = way_back(step, traffic)
    return Effects(
        step_s=step.begins_s,
        most_ready=max(ready, default=0),
        first_new_pod_s=round(min(grown_s) - step.begins_s, 1) if grown_s else None,
        left_slo=left_slo,
        back_s=back_s,
        until_back=until_back(step, traffic, back_s) if left_slo else None,
        lost=sum(traffic.failed),
        shares=tuple(shares_of(cluster, traffic)),
    )


def way_back(step: LoadStep, traffic: Traffic) -> tuple[bool | None, float | None]:
    """Whether the service left its SLO while the load was up, and after how long it was back inside it to stay.

    It is outside, or inside, by all requests of 30 s together; what lies ahead counts, not what is over. None if there
    is nothing to tell it by.
    """
    if step.objective is None:
        return None, None
    places = traffic.between(step.begins_s, step.ends_s)
    length = max(1, round(BACK_FOR_S / traffic.step_s))
    inside = []
    for place in places[: max(0, len(places) - length + 1)]:
        ahead = slice(place, place + length)
        inside.append(sum(traffic.bad[ahead]) <= step.objective.allowed * sum(traffic.due[ahead]))
    if not inside:
        return None, None
    if all(inside):
        return False, 0.0
    back = len(inside) - inside[::-1].index(False)
    return True, None if back == len(inside) else float(traffic.begins_s[places[back]] - step.begins_s)


def until_back(step: LoadStep, traffic: Traffic, back_s: float | None) -> UntilBack:
    """What was due while the service was outside its SLO, and what of it went wrong or came late."""
    ends_s = step.ends_s if back_s is None else step.begins_s + back_s
    places = traffic.between(step.begins_s, ends_s)
    due, failed, late = (
        sum(column[place] for place in places) for column in (traffic.due, traffic.failed, traffic.late)
    )
    return UntilBack(due=due, failed=failed, late=late)


def shares_of(cluster: ClusterReport, traffic: Traffic) -> list[PodShare]:
    """Shares of the pods that became ready during the run, from a minute later to their end or its own."""
    shares = [_share(pod, cluster, traffic) for pod in cluster.pods if pod.ready_s is not None and pod.ready_s > 0]
    return [
        share for share in shares if share.until_s - share.from_s >= SHORTEST_SHARE_S and share.fair >= FEWEST_REQUESTS
    ]


def _share(pod: PodReport, cluster: ClusterReport, traffic: Traffic) -> PodShare:
    """What one pod answered, and what would have been fair."""
    ends_s = traffic.begins_s[-1] + traffic.step_s if traffic.begins_s else 0.0
    from_s = (pod.ready_s or 0.0) + SHARED_AFTER_S
    until_s = min(ends_s, ends_s if pod.ending_s is None else pod.ending_s)
    answered, fair = 0, 0.0
    for place in traffic.between(from_s, until_s):
        middle_s = traffic.begins_s[place] + traffic.step_s / 2
        answered += traffic.served[pod.name][place] if pod.name in traffic.served else 0
        fair += sum(column[place] for column in traffic.served.values()) / max(1, cluster.serving_at(middle_s))
    return PodShare(
        name=pod.name,
        ready_s=pod.ready_s or 0.0,
        from_s=from_s,
        until_s=until_s,
        answered=answered,
        fair=round(fair, 1),
        ratio=round(answered / fair, 3) if fair else 0.0,
    )
