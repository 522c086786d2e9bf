"""A page as a real browser shows it, where one is installed."""

import shutil
import subprocess

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
HARMLESS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
HARMLESS += ["--disable-component-update", "--disable-sync", "--virtual-time-budget=5000"]
WATCH = "<script>onerror = (words) => { document.documentElement.dataset.errors = words; };</script>"

needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs Chromium or Chrome on the PATH")


def shown(path, html, fragment=""):
    """The document after its scripts, which must not have failed; the page is written to the path first."""
    path.write_text(html.replace("<head>", f"<head>{WATCH}", 1), encoding="utf-8")
    command = [BROWSER, *HARMLESS, f"--user-data-dir={path.parent / 'profile'}", "--dump-dom"]
    command.append(f"{path.as_uri()}#{fragment}" if fragment else path.as_uri())
    made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "data-errors" not in made.partition("<head>")[0], made[:300]
    return made
