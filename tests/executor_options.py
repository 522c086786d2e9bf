"""What Snakemake's executor plugins take: `python tests/executor_options.py`, where they are, writes the table anew.

The table, `executor_options.json`, lets a machine without the plugins check the profiles of `workflow/profiles`: an
option or a resource that a plugin does not know would be refused, or not heeded, on a cluster only.
"""

import dataclasses
import json
import re
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

import yaml

TABLE = Path(__file__).with_suffix(".json")
PROFILES = Path(__file__).resolve().parents[1] / "workflow" / "profiles"
RESOURCE = re.compile(r"resources(?:\.get\(\s*\"|\.|\[\")(\w+)")


@cache
def table():
    """Executor -> version of its plugin, its options on the command line, the resources of a job that it reads."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def executors():
    """The executors of the profiles."""
    read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(PROFILES.glob("*/config.yaml"))]
    return [profile["executor"] for profile in read if "executor" in profile]


def module_name(executor):
    """Name of a plugin's package."""
    return f"snakemake_executor_plugin_{executor.replace('-', '_')}"


def is_installed(executor):
    """Whether the plugin can be asked."""
    return find_spec(module_name(executor)) is not None


def asked(executor):
    """What an installed plugin says of itself."""
    module = import_module(module_name(executor))
    settings = getattr(module, "ExecutorSettings", None)  # that of LSF has none
    fields = [one.name for one in dataclasses.fields(settings)] if settings else []
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(module.__file__).parent.glob("*.py")))
    return {
        "version": metadata.version(module_name(executor)),
        "options": sorted(f"{executor}-{name.replace('_', '-')}" for name in fields),
        "resources": sorted(set(RESOURCE.findall(text)) - {"get", "items", "split"}),
    }


if __name__ == "__main__":
    TABLE.write_text(json.dumps({name: asked(name) for name in executors()}, indent=1) + "\n", encoding="utf-8")
