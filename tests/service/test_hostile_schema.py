"""schemathesis asks for everything that the OpenAPI document allows and for much that it forbids; the answers fit."""

from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.conftest import ServiceFactory

EXAMPLES = 60


@pytest.fixture(scope="module")
def documented(running_service: ServiceFactory) -> schemathesis.BaseSchema:
    """Give the document of a running service."""
    return schemathesis.openapi.from_url(f"{running_service().url}/openapi.json")


documented_by_the_service = schemathesis.pytest.from_fixture("documented")


@documented_by_the_service.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_documented(case: schemathesis.Case, hostile_requests: Callable[[int], None]) -> None:
    hostile_requests(1)
    case.call_and_validate()
