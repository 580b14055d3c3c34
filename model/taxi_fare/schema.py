"""The taxi records: what a client sends and what it gets back, with every bound, unit and example."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from model.bounds import Bounds

# A box around the five boroughs, the three airports and the near suburbs. A trip that starts or
# ends outside is not a trip in or around New York: it is refused here and dropped by the cleaning.
LONGITUDE_DEG = Bounds(-74.3, -73.4)
LATITUDE_DEG = Bounds(40.4, 41.1)
PASSENGERS = Bounds(1, 6)
ID_CHARACTERS = Bounds(1, 64)
PICKUP_DATETIME_PATTERN = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"
)


def _require_real_date(text: str) -> str:
    """Refuse the 30th of February and the year 0, which the pattern lets through."""
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        message = f"is not a date and time that exists: {error}"
        raise ValueError(message) from error
    return text


Longitude = Annotated[float, Field(ge=LONGITUDE_DEG.low, le=LONGITUDE_DEG.high)]
Latitude = Annotated[float, Field(ge=LATITUDE_DEG.low, le=LATITUDE_DEG.high)]


class TripRecord(BaseModel):
    """One taxi trip as it is known when it is ordered."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        title="Taxi trip",
        json_schema_extra={
            "example": {
                "id": "trip-0001",
                "pickup_datetime": "2013-07-06 17:18:00",
                "pickup_longitude": -73.950655,
                "pickup_latitude": 40.783282,
                "dropoff_longitude": -73.984365,
                "dropoff_latitude": 40.769802,
                "passenger_count": 2,
            }
        },
    )

    id: Annotated[
        str,
        Field(
            title="Trip identifier",
            description="The client's own name for the trip. It does not influence the price.",
            min_length=ID_CHARACTERS.low,
            max_length=ID_CHARACTERS.high,
            examples=["trip-0001"],
            json_schema_extra={"unit": "text"},
        ),
    ]
    pickup_datetime: Annotated[
        str,
        Field(
            title="Pickup date and time",
            description="When the meter starts, in New York local time, as YYYY-MM-DD HH:MM:SS.",
            pattern=PICKUP_DATETIME_PATTERN,
            examples=["2013-07-06 17:18:00"],
            json_schema_extra={"unit": "local date and time"},
        ),
        AfterValidator(_require_real_date),
    ]
    pickup_longitude: Annotated[
        Longitude,
        Field(
            title="Pickup longitude",
            description="Where the trip starts, east of Greenwich; New York is negative.",
            examples=[-73.950655],
            json_schema_extra={"unit": "degrees"},
        ),
    ]
    pickup_latitude: Annotated[
        Latitude,
        Field(
            title="Pickup latitude",
            description="Where the trip starts, north of the equator.",
            examples=[40.783282],
            json_schema_extra={"unit": "degrees"},
        ),
    ]
    dropoff_longitude: Annotated[
        Longitude,
        Field(
            title="Dropoff longitude",
            description="Where the trip ends, east of Greenwich; New York is negative.",
            examples=[-73.984365],
            json_schema_extra={"unit": "degrees"},
        ),
    ]
    dropoff_latitude: Annotated[
        Latitude,
        Field(
            title="Dropoff latitude",
            description="Where the trip ends, north of the equator.",
            examples=[40.769802],
            json_schema_extra={"unit": "degrees"},
        ),
    ]
    passenger_count: Annotated[
        int,
        Field(
            title="Passengers",
            description="Number of passengers in the taxi.",
            ge=PASSENGERS.low,
            le=PASSENGERS.high,
            examples=[2],
            json_schema_extra={"unit": "persons"},
        ),
    ]


class FarePrediction(BaseModel):
    """What one trip is expected to cost."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        title="Fare prediction",
        json_schema_extra={"example": {"price": 11.3}},
    )

    price: Annotated[
        float,
        Field(
            title="Price",
            description="Expected fare without tip and tolls, rounded to cents.",
            ge=0,
            examples=[11.3],
            json_schema_extra={"unit": "USD"},
        ),
    ]
