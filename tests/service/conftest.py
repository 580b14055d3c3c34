"""Applications to ask without a process: one with the toy model, one with the configured models."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.app import Service, create_app, load_app
from service.hosting import Hosted
from service.settings import Settings
from tests.service.toy import ToyModel


@pytest.fixture
def toy() -> Iterator[TestClient]:
    """Give a client of a fresh service with the toy model, /predict its alias."""
    with TestClient(create_app("Toys", [Hosted(ToyModel(), path="/predict")], Settings())) as client:
        yield client


@pytest.fixture(scope="package")
def configured_app() -> Service:
    """Give the application of the committed configuration."""
    return load_app(Settings())


@pytest.fixture(scope="package")
def configured(configured_app: Service) -> Iterator[TestClient]:
    """Give a client of the application of the committed configuration."""
    with TestClient(configured_app) as client:
        yield client
