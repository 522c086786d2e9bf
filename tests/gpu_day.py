"""Ten minutes on a machine with a GPU: does it compute what the CPU does, how near the floor, and within its memory?

    make gpu-day        (python tests/gpu_day.py FOLDER)

Everything goes into one folder: a CSV file for each part, and `index.html`, which says what differs. A part that fails
is told there and does not stop the others. The exit status is 1 if anything differs or failed.
"""

import logging
import os
import platform
import subprocess
import sys
import time
import traceback
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
from device_runs import RUNS, TOLERANCE, host_and_device, scarce_run

from benchmarks.bench import Bench
from benchmarks.cases import inference, search, training
from lsalsa.arrays import Device
from lsalsa.storage import write_text
from lsalsa.study.csv_rows import read_csv, to_csv
from lsalsa.study.pages.render import pipe_table, to_page
from lsalsa.study.pages.table import Column, grid

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "results" / "reference" / "demo"
DEMO = {"study": "demo_gpu", "device": "gpu"}
REPEATS = 5000  # of the signals of `device_runs`, so that a tile is worth cutting
FLOORS = {"inference": inference.run, "training": training.run}
SHOWN_TIMES = ("benchmark", "method", "n", "atoms", "depth", "wall_s", "floor_s", "ratio")
SAME, DIFFERS, FAILED = "same", "differs", "failed"


def numerics(runs=RUNS, dtypes=TOLERANCE):
    """One row per result of each run: the largest difference from the CPU, as a share of the largest entry."""
    for dtype in dtypes:
        for name, run in runs.items():
            row = {"run": name, "dtype": np.dtype(dtype).name, "result": "", "difference": None}
            try:
                expected, found = host_and_device(run, dtype)
            except Exception as error:
                yield row | {"verdict": FAILED, "told": _last_line(error)}
                continue
            yield from (row | compared(found, expected, result, TOLERANCE[dtype]) for result in expected)


def compared(found, expected, name, tolerance):
    """Verdict on one array of a run."""
    if name not in found:
        return {"result": name, "verdict": DIFFERS, "told": "the GPU gives no such result"}
    kinds = [f"{array.dtype} {array.shape}" for array in (found[name], expected[name])]
    if kinds[0] != kinds[1]:
        return {"result": name, "verdict": DIFFERS, "told": f"{kinds[0]} instead of {kinds[1]}"}
    scale = np.abs(expected[name]).max(initial=1e-30)
    difference = float(np.abs((found[name] / scale).astype(float) - expected[name] / scale).max(initial=0))
    verdict = SAME if difference <= tolerance else DIFFERS  # a NaN differs
    return {"result": name, "difference": difference, "verdict": verdict, "told": f"tolerance {tolerance:g}"}


def floors(cases=FLOORS, **turns):
    """Seconds of encoding and of training steps beside those of their matrix products alone, on the GPU."""
    for case in cases.values():
        for row in case(Bench(Device("gpu"), **turns)):
            if row["floor_s"]:  # peers that are not there have none
                yield {key: row[key] for key in SHOWN_TIMES}


def searches(case=search.run, **turns):
    """Seconds per candidate of a search, as there are more, which the GPU trains together."""
    for row in case(Bench(Device("gpu"), **turns)):
        yield {key: row[key] for key in ("method", "n", "atoms", "depth", "candidates", "per_candidate_s", "ratio")}


def memory(repeats=REPEATS):
    """Codes where half of the working space fits, against those where all of it does."""
    tiles = _Tiles()
    logger = logging.getLogger("lsalsa")
    before = logger.level
    logger.addHandler(tiles)
    logger.setLevel(logging.INFO)
    try:
        found, expected = scarce_run(repeats)
    finally:
        logger.removeHandler(tiles)
        logger.setLevel(before)
    row = {"run": "SALSA with half of its memory"} | compared(found, expected, "codes", 1e-10)
    if not tiles.told:
        row |= {"verdict": DIFFERS, "told": "the limit was not felt: no tile was made smaller"}
    yield row


class _Tiles(logging.Handler):
    """Keeps what the library says of tiles that do not fit."""

    def __init__(self):
        super().__init__(logging.INFO)
        self.told = []

    def emit(self, record):
        if "does not hold" in record.getMessage():
            self.told.append(record.getMessage())


def demo(folder, run=None):
    """The demo on the GPU, table by table, against the reference results, which a CPU computed."""
    run = run or partial(subprocess.run, demo_command(), cwd=ROOT, check=True)
    with open(folder / "demo.log", "w", encoding="utf-8") as log:
        start = time.perf_counter()
        run(stdout=log, stderr=subprocess.STDOUT)
        seconds = time.perf_counter() - start
    yield {"table": "", "row": "", "column": "", "verdict": "done", "told": f"the whole study took {seconds:.0f} s"}
    for reference in sorted(REFERENCE.glob("*.csv")):
        yield from cells(ROOT / "results" / DEMO["study"] / "tables" / reference.name, reference)


def demo_command():
    """The command that runs the demo on the GPU."""
    changes = [f"{name}={value}" for name, value in DEMO.items()]
    command = [sys.executable, "-m", "snakemake", "--cores", str(os.cpu_count()), "--config", *changes]
    return [*command, "--configfile", "workflow/presets/demo.yaml", "--workflow-profile", "workflow/profiles/default"]


def cells(found, reference):
    """Every measured number of a table beside that of the reference; it is trained, so it is shown, not judged."""
    if not found.is_file():
        yield {"table": reference.stem, "verdict": FAILED, "told": f"{found.name} was not made"}
        return
    ours, theirs = ({_key(row): row for row in read_csv(path)} for path in (found, reference))
    for key in sorted(theirs.keys() | ours.keys()):
        mine, other = ours.get(key, {}), theirs.get(key, {})
        for column in other or mine:
            pair = mine.get(column), other.get(column)
            if any(isinstance(value, float) for value in pair) and pair[0] != pair[1]:
                place = {"table": reference.stem, "row": " ".join(key), "column": column}
                yield place | {"gpu": pair[0], "reference": pair[1], "verdict": "shown", "told": ""}


def _key(row):
    return tuple(str(row[name]) for name in ("component", "depth", "method") if name in row)


def environment():
    """What the numbers belong to."""
    try:
        gpu = subprocess.run(["nvidia-smi", "--list-gpus"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        gpu = "unknown: nvidia-smi does not run"
    yield {"what": "GPU", "value": gpu}
    yield {"what": "processor", "value": f"{platform.machine()}, {os.cpu_count()} cores"}
    for package in ("numpy", "cupy"):
        yield {"what": package, "value": getattr(import_module(package), "__version__", "unknown")}
    for name in ("CUPY_TF32", "NVIDIA_TF32_OVERRIDE", "CUPY_GPU_MEMORY_LIMIT"):
        yield {"what": name, "value": os.environ.get(name, "not set")}


def parts(folder):
    """Name of a part, which is that of its file -> its title and its rows."""
    return {
        "environment": ("What it ran on", environment),
        "numerics": ("The same results as on the CPU", numerics),
        "memory": ("Within a limit of memory", memory),
        "floors": ("Time beside the matrix products alone", floors),
        "search": ("Candidates of a search, trained together", searches),
        "demo": ("The demo study beside the reference of a CPU", partial(demo, folder)),
    }


def spend(folder, chosen=None):
    """Run the parts; write a file for each, and the page. Return the rows that differ or failed."""
    folder.mkdir(parents=True, exist_ok=True)
    sections, bad = [], []
    for name, (title, part) in (chosen or parts(folder)).items():
        rows = list(told(part))
        columns = list(dict.fromkeys(key for row in rows for key in row))
        rows = [{column: row.get(column) for column in columns} for row in rows]
        write_text(folder / f"{name}.csv", to_csv(rows))
        faulty = [row for row in rows if row.get("verdict") in (DIFFERS, FAILED)]
        bad += faulty
        sections.append(section(name, title, rows, faulty))
        print(f"{name}: {len(rows)} rows, {len(faulty)} of them differ or failed", flush=True)
        write_text(folder / "index.html", to_page(page(sections, bad), "GPU day"))  # after each part: the day may end
    return bad


def told(part):
    """The rows of a part; its end, if it fails, is a row."""
    try:
        yield from part()
    except Exception as error:
        traceback.print_exc()
        yield {"verdict": FAILED, "told": _last_line(error)}


def _last_line(error):
    return f"{type(error).__name__}: {str(error).strip().splitlines()[-1] if str(error).strip() else ''}"


def page(sections, bad):
    """The page as Markdown."""
    verdict = f"**{len(bad)} results differ or failed.**" if bad else "**Nothing differs from the CPU.**"
    intro = (
        "What the same code computes with CuPy on this GPU and with NumPy on the CPU. A difference is a share of the "
        "largest entry of a result. Times are those of this machine, whatever else it did."
    )
    return "\n\n".join(["# GPU day", verdict, intro, *sections])


def section(name, title, rows, faulty):
    """One part: what differs first, or all rows where there are few."""
    if name == "numerics":
        shown, note = faulty or worst(rows), "What differs:" if faulty else "The largest difference of each run:"
    else:
        shown, note = rows, ""
    used = [key for key in rows[0] if any(row[key] is not None for row in shown)]
    columns = [Column(key, key.replace("_", " "), _number) for key in used]
    table = pipe_table(grid(columns, shown, n_words=len(columns)))
    return "\n\n".join(filter(None, [f"## {title}", note, table, f"All rows: {name}.csv"]))


def _number(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def worst(rows):
    """The row of the largest difference of each run and type."""
    found = {}
    for row in rows:
        key = row["run"], row["dtype"]
        if key not in found or (row["difference"] or 0) > (found[key]["difference"] or 0):
            found[key] = row
    return list(found.values())


def main(arguments):
    """Refuse a machine without a GPU; otherwise spend the day."""
    if Device("auto").name != "gpu":
        sys.exit("gpu-day needs a GPU, and CuPy finds none; docs/gpu.md says what to install")
    folder = Path(arguments[0] if arguments else "results/gpu_day")
    bad = spend(folder)
    print(f"Open {folder}/index.html")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
