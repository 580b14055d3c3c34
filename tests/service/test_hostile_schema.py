"""schemathesis asks for everything that the OpenAPI document allows and for much that it forbids; the answers fit."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from service.openapi import COMMITTED
from tests.conftest import RunningService, ServiceFactory

EXAMPLES = 50
document = schemathesis.openapi.from_path(COMMITTED)


@pytest.fixture(scope="module")
def target(running_service: ServiceFactory) -> RunningService:
    """Give a service of the committed configuration."""
    return running_service()


@document.parametrize()
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_answer_is_as_documented(
    case: schemathesis.Case[Any], target: RunningService, hostile_requests: Callable[[int], None]
) -> None:
    hostile_requests(1)
    # JSON Schema takes 5.0 for an integer, and cannot say which days a month has or which tensors belong together.
    case.call_and_validate(base_url=target.url, excluded_checks=[positive_data_acceptance])
