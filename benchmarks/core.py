"""Run the cases: one JSON line each on standard output, one Parquet file per benchmark in the results."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.cases import cases
from lsalsa.arrays import Device, set_threads
from lsalsa.storage import write_rows

RESULTS = Path("results/benchmarks")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: see `python -m benchmarks.core --help`."""
    asked = _parser().parse_args(arguments)
    if asked.threads:
        set_threads(asked.threads)
    bench = Bench(Device(asked.device), rounds=asked.rounds)
    started = time.perf_counter()
    for name in asked.only:
        rows = []
        for row in cases()[name](bench):
            print(json.dumps(row), flush=True)
            rows.append(row)
        write_rows(asked.output / f"{name}.parquet", rows)
    print(f"{time.perf_counter() - started:.0f} s in all; rows in {asked.output}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(cases()), default=list(cases()), help="some of the cases")
    parser.add_argument("--rounds", type=int, default=5, help="timed turns of every work")
    parser.add_argument("--threads", type=int, help="worker threads; every core by default")
    parser.add_argument("--device", choices=["auto", "cpu", "gpu"], default="auto")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for the Parquet files")
    return parser


if __name__ == "__main__":
    main()
