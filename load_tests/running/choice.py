"""A scenario that was chosen to be run: read, and refused before any load if no run of it could come to a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from load_tests.cluster.joining import NO_RECORD
from load_tests.judging.provable import check_provable
from load_tests.payloads.source import source_for
from load_tests.specification.errors import ScenarioError
from load_tests.specification.scenario import Scenario, load


@dataclass(frozen=True)
class Choice:
    """A scenario that can be run, and how it was asked for."""

    argument: str
    scenario: Scenario


def choose(argument: str) -> Choice:
    """Read a scenario given by name or path; ScenarioError if it cannot be run."""
    scenario = load(argument)
    try:
        check_provable(scenario)
    except ScenarioError as error:
        raise ScenarioError("\n".join(f"{scenario.name}: {line}" for line in str(error).splitlines())) from None
    source_for(scenario.model)
    return Choice(argument, scenario)


def check_watched(choices: Sequence[Choice], cluster_record: str) -> None:
    """Refuse scenarios that demand something of a cluster that nobody watches."""
    for choice in choices:
        if choice.scenario.scaling and not cluster_record:
            raise ScenarioError(f"{choice.scenario.name}: `scaling` needs a record of the cluster, and {NO_RECORD}")
