"""The insurance model behind an endpoint as FastAPI's tutorial writes it, on the service's uvicorn."""

import argparse

from fastapi import FastAPI

from benchmarks.own_uvicorn import serve
from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.schema import InsurancePrediction, InsuranceRecord

PATH = f"/api/models/{InsuranceChargesModel.qualified_name}/prediction"


def create_app() -> FastAPI:
    """Return an application with the one endpoint."""
    app, model = FastAPI(), InsuranceChargesModel()

    @app.post(PATH)
    async def predict(record: InsuranceRecord) -> InsurancePrediction:
        return InsurancePrediction.model_validate(model.predict(record))

    return app


if __name__ == "__main__":
    argparse.ArgumentParser("python -m benchmarks.plain_fastapi", description=__doc__).parse_args()
    serve(create_app())
