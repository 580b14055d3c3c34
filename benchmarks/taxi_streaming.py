"""How much memory and time reading a large taxi file takes: `python -m benchmarks.taxi_streaming [--rows N]`.

Writes synthetic trips to a temporary file, reads them as training does (every row cleaned, every
row kept in the baseline, a sample kept for boosting) and leaves the figures in
``results/taxi_streaming.json``. The peak memory is that of the whole process, so the writing of the
file is in it too.
"""

import argparse
import json
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.result_file import RESULTS, write
from model.taxi_fare.features import encode_columns
from model.taxi_fare.reading import read_trips
from model.taxi_fare.synthetic import synthesise
from model.taxi_fare.training import SAMPLE_ROWS, columns

RESULT_FILE = RESULTS / "taxi_streaming.json"
ROWS_PER_PIECE = 100_000
SEED = 7
LIMIT_MIB = 1_536  # 1.5 GiB
KIB_PER_MIB = 1_024


@dataclass(frozen=True)
class Figures:
    """What was measured."""

    rows: int
    rows_kept: int
    rows_in_baseline: int
    rows_sampled: int
    file_mib: int
    read_s: float
    rows_per_s: int
    peak_rss_mib: int
    limit_mib: int
    python: str
    machine: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures down, and return 1 if the memory limit was passed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.taxi_streaming", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "trips.csv"
        write_trips(path, options.rows)
        figures = measure(path)
    write(RESULT_FILE, asdict(figures))
    print(json.dumps(asdict(figures), indent=2))
    return 0 if figures.peak_rss_mib < figures.limit_mib else 1


def write_trips(path: Path, rows: int) -> None:
    """Write synthetic trips, a piece at a time."""
    generator = np.random.default_rng(SEED)
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, rows, ROWS_PER_PIECE):
            piece = synthesise(min(ROWS_PER_PIECE, rows - start), generator, first_key=start)
            piece.to_csv(file, index=False, header=start == 0)
            if start % 1_000_000 == 0:
                print(f"  wrote {start + len(piece):,} of {rows:,} rows", flush=True)


def measure(path: Path) -> Figures:
    """Read and encode the file as training does."""
    started_s = time.perf_counter()
    trips = read_trips(path, SAMPLE_ROWS, SEED)
    features = encode_columns(columns(trips.sample))
    read_s = time.perf_counter() - started_s
    return Figures(
        rows=trips.read,
        rows_kept=trips.kept,
        rows_in_baseline=trips.baseline.rows,
        rows_sampled=len(features),
        file_mib=round(path.stat().st_size / KIB_PER_MIB**2),
        read_s=round(read_s, 1),
        rows_per_s=round(trips.read / read_s),
        peak_rss_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB),
        limit_mib=LIMIT_MIB,
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}",
    )


if __name__ == "__main__":
    sys.exit(main())
