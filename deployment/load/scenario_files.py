"""The scenarios of a load test: the generator itself says whether they can be run, and how long they last."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from deployment.commands import attempt
from deployment.errors import DeploymentError

_NAME = r"[A-Za-z0-9][-._A-Za-z0-9]{0,99}"


class ScenarioFile(BaseModel):
    """A scenario that can be run, `load_tests check --json` in its words."""

    model_config = ConfigDict(frozen=True)

    name: str
    file: Path
    lasts_s: float
    timeout_s: float


def check_scenarios(names: Sequence[str]) -> list[ScenarioFile]:
    """Return the scenarios of some names or paths; DeploymentError says which cannot be run."""
    checked = attempt([sys.executable, "-m", "load_tests", "check", "--json", *names])
    if checked.exit_code != 0:
        raise DeploymentError(checked.errors.strip())
    scenarios = TypeAdapter(list[ScenarioFile]).validate_json(checked.output)
    for scenario in scenarios:
        if not re.fullmatch(_NAME, scenario.name):
            raise DeploymentError(
                f"{scenario.file}: a config map takes only names of letters, digits, '.', '_' and '-': rename the file"
            )
    return scenarios
