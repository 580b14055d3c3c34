"""What a scenario demands of the cluster: how many pods, how soon, what it may cost, and that each takes its share."""

import re
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from load_tests.specification.quantities import PositiveDurationS, Share, format_duration, format_share

SHARED_AFTER_S = 60.0
"""How long a pod may take from being ready to having its share: connections have to be renewed first."""
SHORTEST_SHARE_S = 60.0
"""Over less time than this chance decides the shares."""
BACK_FOR_S = 30.0
"""The service is back inside its SLO when it is so over this time together."""
SHORTEST_STEP_S = 120.0
"""Metrics are up to a minute old, the autoscaler looks every 15 s, and a pod takes seconds to start."""


def _counted(unit: str) -> Any:
    def parse(written: object) -> int:
        match = re.fullmatch(rf"(\d+)\s+{unit}s?", written.strip() if isinstance(written, str) else "")
        if match is None:
            raise ValueError(f"{written!r} is not a number of {unit}s: write it with its unit, such as 4 {unit}s")
        return int(match[1])

    return BeforeValidator(parse)


class Scaling(BaseModel):
    """The mapping under `scaling:`; what is left out is not demanded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str | None = None
    """Stage that the load step begins with; where the load rises most, if it is not said."""
    ready: Annotated[int, _counted("pod"), Field(ge=1)] | None = None
    first_new_pod: PositiveDurationS | None = None
    recovery: PositiveDurationS | None = None
    lost: Annotated[int, _counted("request")] | None = None
    balance: Share | None = None

    @model_validator(mode="after")
    def _demands_something(self) -> Self:
        if not self.titles:
            raise ValueError("nothing is demanded: write ready, first_new_pod, recovery, lost or balance")
        if self.balance is not None and not 0 < self.balance < 1:
            raise ValueError("balance is from more than 0% to less than 100% of a fair share")
        return self

    @property
    def titles(self) -> dict[str, str]:
        """Each objective in a few words, by its key."""
        said = {
            "ready": self.ready is not None and f"at least {self.ready} pods ready",
            "first_new_pod": self.first_new_pod and f"first new pod ≤ {format_duration(self.first_new_pod)}",
            "recovery": self.recovery and f"back inside the SLO ≤ {format_duration(self.recovery)}",
            "lost": self.lost is not None and f"requests lost ≤ {self.lost}",
            "balance": self.balance and f"each new pod within ± {format_share(self.balance)} of fair",
        }
        return {key: title for key, title in said.items() if title}
