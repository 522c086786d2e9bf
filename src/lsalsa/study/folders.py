"""Folders of results and the targets that fill them."""

FOLDERS = {name: name for name in ("images", "patches", "signals", "codes", "classifiers", "search", "encoders")}
FOLDERS |= {"dictionaries": "dictionary", "problems": "codes"}
FOLDERS |= {name: name for name in ("evaluation", "overlap", "timing", "exact")}
"""Folder of results -> first word of the targets that fill it, e.g. `codes_digits`."""

TARGET = "{target}"
"""Stands for the name of a target in a command."""
