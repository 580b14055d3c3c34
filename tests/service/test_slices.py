"""A batch that takes long is computed in slices, and ends between two of them when it has to."""

import asyncio
from collections.abc import Sequence

import pytest
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from service.backpressure import PredictionQueue
from service.counters import ModelTime
from service.predictor import Predictor
from service.problems import ProblemError
from service.slices import SLICE_S, SlicedBatch, slice_size
from tests.service.records import record
from tests.service.test_backpressure import FOREVER_S, stays
from tests.service.toy import ToyModel, ToyRecord

RECORDS = [ToyRecord(**record(ToyModel) | {"number": number}) for number in range(10)]


class Computed:
    """Slices as they are computed, each of which takes as long as a slice should."""

    def __init__(self, max_compute_s: float = FOREVER_S) -> None:
        self.now_s = 0.0
        self.slices: list[Sequence[BaseModel]] = []
        self.batch = SlicedBatch(self._predict, RECORDS, SLICE_S / 4, max_compute_s, clock=lambda: self.now_s)

    def _predict(self, records: Sequence[BaseModel]) -> list[BaseModel]:
        self.slices.append(records)
        self.now_s += SLICE_S
        return list(records)


def test_the_predictions_of_all_slices_are_one_answer_in_their_order() -> None:
    computed = Computed()
    assert computed.batch() == RECORDS
    assert [len(records) for records in computed.slices] == [4, 4, 2]


def test_a_batch_ends_after_the_slice_in_which_its_client_left() -> None:
    computed = Computed()
    computed.batch.abandon()
    with pytest.raises(ClientDisconnect):
        computed.batch()
    assert len(computed.slices) == 1


def test_a_batch_ends_after_the_slice_in_which_its_time_was_over() -> None:
    computed = Computed(max_compute_s=1.5 * SLICE_S)
    with pytest.raises(ProblemError, match="10 records take longer than the 75 ms that a batch may take; send fewer"):
        computed.batch()
    assert len(computed.slices) == 2


@pytest.mark.parametrize(
    ("per_record_s", "size"), [(0.0, 1000), (SLICE_S / 1000, 1000), (SLICE_S / 100, 100), (2 * SLICE_S, 1)]
)
def test_a_slice_holds_what_can_be_computed_in_its_time_and_one_record_at_least(per_record_s: float, size: int) -> None:
    assert slice_size(1000, per_record_s) == size


def test_no_batch_is_refused_for_what_smaller_ones_took() -> None:
    """The first call of a model may take long, and would have all batches refused that have not come yet."""

    async def run() -> int:
        predictor = Predictor(ToyModel(), PredictionQueue(10, FOREVER_S), 0.0, 1e-12, ModelTime())
        await predictor.many(RECORDS[:1], stays)
        return len(await predictor.many(RECORDS, stays))

    assert asyncio.run(run()) == len(RECORDS)


def test_a_batch_that_was_expected_to_take_too_long_is_tried_after_a_few_refusals() -> None:
    """Else one that was slow once, for whatever reason, would be refused for ever."""

    async def run() -> None:
        predictor = Predictor(ToyModel(), PredictionQueue(10, FOREVER_S), 0.01, 0.000_0995, ModelTime())
        with pytest.raises(ProblemError, match="send fewer"):
            await predictor.many(RECORDS, stays)
        assert len(await predictor.many(RECORDS, stays)) == len(RECORDS)

    asyncio.run(run())
