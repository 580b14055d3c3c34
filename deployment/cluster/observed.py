"""What kubectl says of the objects in a cluster, as far as it is read here."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Observed(BaseModel):
    """Part of an object: fields in Kubernetes' spelling, everything else is left out."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Metadata(Observed):
    """Who an object is."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    generation: int = 0
    annotations: dict[str, str] = {}
    labels: dict[str, str] = {}
    deletion_timestamp: str = ""


class Condition(Observed):
    """One statement about an object."""

    type: str
    status: str
    reason: str = ""
    message: str = ""


class Named(Observed):
    """An object of which only matters who it is: a namespace, a replica set."""

    metadata: Metadata


_Object = TypeVar("_Object", bound=Observed)


class Listed(Observed, Generic[_Object]):
    """Some objects of a kind, as kubectl lists them."""

    items: tuple[_Object, ...] = ()


class Manifest(Observed):
    """Any object of a manifest, to be told from others."""

    kind: str
    metadata: Metadata
    spec: dict[str, Any] = {}
