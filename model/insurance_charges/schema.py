"""The insurance records: what a client sends and what it gets back, with every bound, unit and example."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from model.bounds import Bounds

AGE_YEARS = Bounds(18, 65)
BMI_KG_PER_M2 = Bounds(15.0, 50.0)
CHILDREN = Bounds(0, 5)

Sex = Literal["female", "male"]
Region = Literal["southwest", "southeast", "northwest", "northeast"]
SEXES: tuple[Sex, ...] = get_args(Sex)
REGIONS: tuple[Region, ...] = get_args(Region)


class InsuranceRecord(BaseModel):
    """One insured person."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        title="Insurance record",
        json_schema_extra={
            "example": {
                "age": 42,
                "sex": "female",
                "bmi": 27.9,
                "children": 2,
                "smoker": False,
                "region": "northeast",
            }
        },
    )

    age: Annotated[
        int,
        Field(
            title="Age",
            description="Age of the primary beneficiary in completed years.",
            ge=AGE_YEARS.low,
            le=AGE_YEARS.high,
            examples=[42],
            json_schema_extra={"unit": "years"},
        ),
    ]
    sex: Annotated[
        Sex,
        Field(
            title="Sex",
            description="Sex of the primary beneficiary as recorded by the insurer.",
            examples=["female"],
            json_schema_extra={"unit": "category"},
        ),
    ]
    bmi: Annotated[
        float,
        Field(
            title="Body mass index",
            description="Weight in kilograms divided by the square of the height in metres.",
            ge=BMI_KG_PER_M2.low,
            le=BMI_KG_PER_M2.high,
            examples=[27.9],
            json_schema_extra={"unit": "kg/m²"},
        ),
    ]
    children: Annotated[
        int,
        Field(
            title="Children",
            description="Number of children covered by the insurance.",
            ge=CHILDREN.low,
            le=CHILDREN.high,
            examples=[2],
            json_schema_extra={"unit": "persons"},
        ),
    ]
    smoker: Annotated[
        bool,
        Field(
            title="Smoker",
            description="Whether the primary beneficiary smokes.",
            examples=[False],
            json_schema_extra={"unit": "true or false"},
        ),
    ]
    region: Annotated[
        Region,
        Field(
            title="Region",
            description="Residential area in the United States.",
            examples=["northeast"],
            json_schema_extra={"unit": "category"},
        ),
    ]


class InsurancePrediction(BaseModel):
    """What the insurance is expected to pay for one person."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        title="Insurance prediction",
        json_schema_extra={"example": {"charges": 8640.78}},
    )

    charges: Annotated[
        float,
        Field(
            title="Charges",
            description="Expected medical costs billed to the insurance in one year, rounded to cents.",
            ge=0,
            examples=[8640.78],
            json_schema_extra={"unit": "USD"},
        ),
    ]
