"""What everything that is written to `run.json`, or to the record of a cluster, has in common."""

from pydantic import BaseModel, ConfigDict

Column = tuple[float | None, ...]
"""Values over time: one a step or a look, None where there is none."""


class Part(BaseModel):
    """It does not change, and has no field that its reader does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
