"""What one prediction costs by itself, without HTTP: step by step, and how long each of many took."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from pydantic import BaseModel

from model.serving import OnnxRegressionModel

NS_PER_US = 1_000


@dataclass(frozen=True)
class Step:
    """One thing that is done for a prediction, and how long it usually takes."""

    name: str
    median_us: float


@dataclass(frozen=True)
class Cost:
    """What was measured: the steps, and the whole of each prediction."""

    steps: tuple[Step, ...]
    whole_us: tuple[float, ...]

    @property
    def median_us(self) -> float:
        """How long a whole prediction usually takes."""
        return median(self.whole_us)

    def slower_than(self, limit_s: float) -> int:
        """Count the predictions that took longer."""
        return sum(whole_us > limit_s * 1e6 for whole_us in self.whole_us)


@dataclass(frozen=True)
class _Taken:
    """Nanoseconds that the steps of one prediction took."""

    read_ns: int
    encode_ns: int
    predict_ns: int
    write_ns: int

    @property
    def whole_ns(self) -> int:
        return self.read_ns + self.predict_ns + self.write_ns


def measure_cost(
    model: OnnxRegressionModel, predictions: int, clock_ns: Callable[[], int] = time.perf_counter_ns
) -> Cost:
    """Answer golden requests of a model one after the other, from the bytes of a body to those of an answer."""
    bodies = _bodies(model)
    for body in bodies:  # caches and lazy imports are no part of what the next one costs
        _predict(model, body, clock_ns)
    taken = [_predict(model, bodies[number % len(bodies)], clock_ns) for number in range(predictions)]
    return Cost(
        steps=(
            _step("read and check the JSON", [one.read_ns for one in taken]),
            _step("make features of it", [one.encode_ns for one in taken]),
            _step("ask the trees, round to cents", [one.predict_ns - one.encode_ns for one in taken]),
            _step("write JSON", [one.write_ns for one in taken]),
        ),
        whole_us=tuple(one.whole_ns / NS_PER_US for one in taken),
    )


def _bodies(model: OnnxRegressionModel) -> list[bytes]:
    requests = [model.input_schema.model_validate(example.request) for example in model.golden_examples]
    return [request.model_dump_json().encode() for request in requests]


def _predict(model: OnnxRegressionModel, body: bytes, clock_ns: Callable[[], int]) -> _Taken:
    """Time one prediction. Encoding is part of predicting, so it is done once more to be seen by itself."""
    begun = clock_ns()
    record: BaseModel = model.input_schema.model_validate_json(body)
    read = clock_ns()
    answer = model.predict(record)
    predicted = clock_ns()
    answer.model_dump_json()
    written = clock_ns()
    model.encode([record])
    encoded = clock_ns()
    return _Taken(read - begun, encoded - written, predicted - read, written - predicted)


def _step(name: str, taken_ns: Sequence[int]) -> Step:
    return Step(name, median(taken_ns) / NS_PER_US)
