"""Settings of the service process, from the environment: `SERVICE_*` and `REST_CONFIG`."""

import difflib
import logging
import os
import socket
from enum import EnumType, StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import ByteSize, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from model.faults import Fault, faults_of, first_few, shown
from service.logs import LogFormat
from service.refusal import RefusalError

PREFIX = "SERVICE_"
DEFAULT_CONFIG = Path(__file__).parents[1] / "configuration" / "rest_config.yaml"
TEXTS = {
    "REST_CONFIG": "the path of a file that lists the models",
    "model_package": "the name of a package, such as model",
    "host": "an address of this machine, such as 127.0.0.1",
    "served_by": "up to 255 visible ASCII characters, without spaces",
}
"""What to write for each setting that is a text."""
_NUMBERS: dict[object, str] = {
    int: "a whole number",
    float: "a number",
    ByteSize: "a number of bytes, or one with its unit such as 2MiB",
    bool: "true or false",
}
_BOUNDS = {"gt": "more than", "ge": "at least", "le": "at most"}
_log = logging.getLogger(__name__)


class LogLevel(StrEnum):
    """How much the service tells about itself."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(BaseSettings):
    """Everything about the process that is not the list of its models."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, populate_by_name=True)

    rest_config: Annotated[Path, Field(validation_alias="REST_CONFIG")] = DEFAULT_CONFIG
    """The YAML file that lists the models."""
    model_package: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*$")] = "model"
    """The package a `class_path` must lie in; nothing else is imported because a file says so."""
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Address to listen on. A container needs 0.0.0.0; a person's machine should not be open to its network."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port to listen on; 0 takes a free one and logs it."""
    max_body_bytes: Annotated[ByteSize, Field(ge=1024)] = ByteSize(1024 * 1024)
    """Longest accepted body. A batch of 1,000 taxi trips takes about 250 kB."""
    max_pending_bytes: Annotated[ByteSize, Field(ge=1024)] = ByteSize(64 * 1024 * 1024)
    """What bodies that come in parts may take together until they are complete. Those that need more are refused."""
    max_in_flight: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Predictions accepted at a time: the one that is computed and those that wait. More are refused at once."""
    max_wait_ms: Annotated[float, Field(gt=0, le=600_000, allow_inf_nan=False)] = 500.0
    """How long a prediction may wait for its turn before it is refused."""
    max_compute_ms: Annotated[float, Field(gt=0, le=600_000, allow_inf_nan=False)] = 1000.0
    """How long a batch may be computed. One that should take longer is refused, one that does is ended."""
    request_timeout_s: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 10.0
    """How long a client may take to send the head of a request, again to send the body, and to take in the answer."""
    max_connections: Annotated[int, Field(ge=1, le=100_000)] = 2000
    """Open connections. One more cuts the one whose client has been silent for longest."""
    connection_max_age_s: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = 60.0
    """Age from which a connection is closed with its next answer, up to a quarter earlier: clients that keep their
    connections would never find new replicas."""
    connection_max_answers: Annotated[int, Field(ge=1)] = 10_000
    """Answers after which a connection is closed, up to a quarter earlier."""
    keep_alive_s: Annotated[int, Field(ge=1, le=3600)] = 75
    """How long an idle connection stays open. Must exceed the idle time of clients and balancers: whoever
    closes first loses no request, and it should not be the server."""
    drain_seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 0.0
    """How long the service answers on after SIGTERM, not ready any more, until everyone in front of it knows. A pod
    behind a Kubernetes service needs about 10, a person's machine none."""
    stop_timeout_s: Annotated[int, Field(ge=0, le=3600)] = 10
    """How long requests in flight may take to finish once the service was told to stop."""
    served_by: Annotated[str, Field(pattern=r"^[!-~]{1,255}$", default_factory=socket.gethostname)]
    """What answers say in X-Served-By: the host, which in Kubernetes is the pod."""
    emulate_cpu_ms: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] = 0.0
    """CPU time burnt per predicted record, to stand for a heavier model."""
    log_level: LogLevel = LogLevel.INFO
    """How much the service tells: at debug level also of requests that were refused."""
    log_format: LogFormat = LogFormat.PLAIN
    """`plain` for people, `json` for programs."""
    slow_request_ms: Annotated[float, Field(gt=0, le=3_600_000, allow_inf_nan=False)] = 1000.0
    """A request that takes longer is logged."""
    tracing: bool = False
    """Send a span of every request where the standard OTEL_* variables say; needs the dependency group `tracing`."""


def load_settings() -> Settings:
    """Read the environment; raise `RefusalError` naming each wrong variable, its value and what is expected."""
    _point_out_misspelt()
    try:
        return Settings()
    except ValidationError as invalid:
        raise RefusalError(*first_few([_advice(fault) for fault in faults_of(invalid)])) from invalid


def _advice(fault: Fault) -> str:
    variable = fault.where if fault.where.isupper() else f"{PREFIX}{fault.where.upper()}"
    what = TEXTS.get(fault.where) or what_to_write(Settings.model_fields[fault.where])
    return f"{variable}={shown(fault.value)}: write {what}"


def what_to_write(field: FieldInfo) -> str:
    """`a whole number, at least 0, at most 65535; the default is 8000`."""
    if isinstance(field.annotation, EnumType):
        return f"one of {', '.join(one.value for one in field.annotation)}"
    bounds = (
        f", {said} {getattr(bound, name):g}"
        for bound in field.metadata
        for name, said in _BOUNDS.items()
        if hasattr(bound, name)
    )
    return f"{_NUMBERS[field.annotation]}{''.join(bounds)}; the default is {str(field.default).lower()}"


def _point_out_misspelt() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields if name != "rest_config"}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:  # no refusal: Kubernetes sets such variables for a Service named "service"
        close = {name: difflib.get_close_matches(name, known, n=1, cutoff=0.8) for name in unknown}
        said = (f"{name} (did you mean {close[name][0]}?)" if close[name] else name for name in unknown)
        _log.warning("ignored: %s; the settings are %s", ", ".join(said), ", ".join(sorted(known)))
