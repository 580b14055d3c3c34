"""The project's model behind Ray Serve, one replica on a small Ray of its own."""

import os
import signal
import threading

import ray
from ray import serve
from ray.serve.schema import LoggingConfig
from starlette.requests import Request

from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.schema import InsuranceRecord

OBJECT_STORE_BYTES = 100 * 1024 * 1024


@serve.deployment(max_ongoing_requests=100)
class Charges:
    """Predicts the yearly medical costs of one insured person."""

    def __init__(self) -> None:
        self._model = InsuranceChargesModel()

    async def __call__(self, request: Request) -> dict[str, float]:
        """Predict one record."""
        record = InsuranceRecord.model_validate_json(await request.body())
        return self._model.predict(record).model_dump()


def main() -> None:
    """Serve until told to stop."""
    ray.init(
        num_cpus=1,
        include_dashboard=False,
        object_store_memory=OBJECT_STORE_BYTES,
        _temp_dir=os.environ["TMPDIR"],
        log_to_driver=False,
    )
    quiet = LoggingConfig(enable_access_log=False, log_level="WARNING")
    serve.start(http_options={"host": "127.0.0.1", "port": int(os.environ["PORT"])}, logging_config=quiet)
    serve.run(Charges.bind(), logging_config=quiet)  # type: ignore[attr-defined]
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_stop.set())
    told_to_stop.wait()
    serve.shutdown()
    ray.shutdown()


if __name__ == "__main__":
    main()
