"""A copy of the repository, and Snakemake run in it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("Snakefile", "config.yaml", "workflow", "papers", "scripts", "src", "envs", "profiles")
SMOKE = "workflow/presets/smoke.yaml"


@dataclass
class Workplace:
    """A copy of the repository, with whatever results it has."""

    path: Path
    python_path: str | None = None  # of plugins that lie beside the environment

    def start(self, *arguments, presets=(SMOKE,), output=subprocess.PIPE):
        """Snakemake under way, in a process group of its own."""
        command = [sys.executable, "-m", "snakemake", *arguments, "--cores", "2"]
        command += ["--configfile", *presets] if presets else []
        return subprocess.Popen(
            list(map(str, command)),
            cwd=self.path,
            env=self.environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_hear_interrupts,
        )

    def environment(self):
        """The variables of the tests, but for the folders that they import from."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return kept | ({"PYTHONPATH": self.python_path} if self.python_path else {})

    def run(self, *arguments, presets=(SMOKE,), fails=False, seconds=600):
        """Output of Snakemake; it must succeed, or fail where that is expected."""
        process = self.start(*arguments, presets=presets)
        output, _ = process.communicate(timeout=seconds)
        assert (process.returncode != 0) == fails, output
        return output

    def plan(self, *arguments, presets=(SMOKE,)):
        """Jobs that a dry run lists: a set of words, e.g. `train_encoder digits lsalsa 1`."""
        return jobs_in(self.run(*arguments, "--dry-run", presets=presets))

    def variant(self, change, name="variant.yaml"):
        """The smoke study with a change, written as a preset of its own; its path."""
        study = yaml.safe_load((self.path / SMOKE).read_text())
        change(study)
        (self.path / name).write_text(yaml.safe_dump(study, sort_keys=False))
        return name

    def result(self, name):
        return self.path / "results" / "smoke" / name


def jobs_in(output):
    """Rule and wildcards of every job that a run ended, well or not, or that a dry run lists."""
    ended = re.findall(r"^\[\d+ of \d+\] ([^,\n]+), ", output, re.MULTILINE)
    failed = re.findall(r"^\[failed\] (.+) \[", output, re.MULTILINE)
    listed = re.findall(r"^  (\w[^:\n]*): ", output, re.MULTILINE)
    return {*ended, *failed, *listed}


def copied(path):
    """A copy of the repository without results; what was compiled of the sources comes with them and saves time."""
    path.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        source = ROOT / part
        if source.is_symlink():
            (path / part).symlink_to(os.readlink(source))
        elif source.is_dir():
            shutil.copytree(source, path / part)
        else:
            shutil.copy2(source, path / part)
    return Workplace(path)


def kill(process):
    """End a run at once, with everything it started, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(path, process, seconds=120):
    """Wait until a file is there."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.02)


def _hear_interrupts():
    """A script's background job ignores SIGINT, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
