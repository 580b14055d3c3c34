"""What the service says about its models: the list, and the metadata of each."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from service.endpoint import Endpoint, Operation, constant
from service.hosting import Hosted


class ModelSummary(BaseModel):
    """One model in the list."""

    model_config = ConfigDict(frozen=True)

    qualified_name: Annotated[str, Field(description="Name in paths and metrics.", examples=["taxi_fare_model"])]
    display_name: Annotated[str, Field(description="Name for people.", examples=["Taxi fare"])]
    description: Annotated[str, Field(description="What it predicts, from what.", examples=["The price of a trip."])]
    version: Annotated[str, Field(description="Version of its artifact.", examples=["1.0.0"])]


class ModelList(BaseModel):
    """The models that have endpoints."""

    models: Annotated[tuple[ModelSummary, ...], Field(description="In the order of the configuration.")]


class ModelMetadata(ModelSummary):
    """Everything there is to know about one model."""

    input_schema: Annotated[dict[str, Any], Field(description="JSON Schema of one record.")]
    output_schema: Annotated[dict[str, Any], Field(description="JSON Schema of one prediction.")]
    card: Annotated[dict[str, Any] | None, Field(description="Training data, quality, intended use and limits.")]
    emulate_cpu_ms: Annotated[
        float,
        Field(description="CPU time burnt per record to stand for a heavier model; 0 in earnest.", examples=[0.0]),
    ]


def catalogue_endpoints(hosted: Sequence[Hosted], emulate_cpu_ms: float) -> list[Endpoint]:
    """Return the list and the metadata of every model."""
    models = ModelList(models=tuple(_summary(one) for one in hosted))
    listing = Operation("list_models", "Models", "The models", returns=ModelList)
    return [
        constant("/api/models", models, listing),
        *(_metadata_endpoint(one, emulate_cpu_ms) for one in hosted),
    ]


def _metadata_endpoint(hosted: Hosted, emulate_cpu_ms: float) -> Endpoint:
    model = hosted.model
    summary = f"{model.display_name}: schemas, version, model card"
    operation = Operation(f"describe_{model.qualified_name}", model.display_name, summary, returns=ModelMetadata)
    return constant(f"/api/models/{model.qualified_name}/metadata", _metadata(hosted, emulate_cpu_ms), operation)


def _summary(hosted: Hosted) -> ModelSummary:
    model = hosted.model
    return ModelSummary(
        qualified_name=model.qualified_name,
        display_name=model.display_name,
        description=model.description,
        version=model.version,
    )


def _metadata(hosted: Hosted, emulate_cpu_ms: float) -> ModelMetadata:
    model = hosted.model
    return ModelMetadata(
        **_summary(hosted).model_dump(),
        input_schema=model.input_schema.model_json_schema(),
        output_schema=model.output_schema.model_json_schema(mode="serialization"),
        card=None if model.card is None else model.card.model_dump(mode="json"),
        emulate_cpu_ms=emulate_cpu_ms,
    )
