# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% tags=["parameters"]
title = "Data and dictionaries"
study = ""
results = ""
tables = {}
figures = {}

# %% tags=["setup"]
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image, Markdown, display

from lsalsa.storage import read_arrays, read_metadata, read_rows
from lsalsa.study.figures.atoms import mosaic

components = {path.stem: read_arrays(path) for path in sorted(Path(results, "patches").glob("*.npz"))}
Markdown(f"# {title}\n\nStudy: {study}.")

# %% [markdown]
# ## What is asked
#
# An image patch y is to be written as a sum of a few building blocks, the *atoms*: y ≈ A x. The columns of the
# *dictionary* A are the atoms. The *code* x says how much of each atom is needed, and most of its numbers are to be
# exactly zero. The *optimal code* of a patch is the x that makes ½‖y − A x‖² + α‖x‖₁ smallest: the first part asks for
# a good likeness, the second, with the *penalty* α, for few atoms. Everything in this study measures how fast, and how
# nearly, different methods find that x.
#
# ## The patches
#
# Images are cut into square patches. The images themselves, not the patches, are divided into train and test, so no
# part of a test image is ever seen in training. Nearly empty patches are left out of training; every patch of a test
# image stays.

# %%
lines = [
    "| component | patch | train patches (images) | validation | test patches (images) | classes |",
    "|---|---|--:|--:|--:|--:|",
]
for name, arrays in components.items():
    side = round(arrays["train"].shape[1] ** 0.5)
    counts = {
        s: f"{len(arrays[s]):,} ({len(np.unique(arrays[s + '_image'])):,})" for s in ("train", "validation", "test")
    }
    n_classes = len(np.unique(arrays["test_label"]))
    lines.append(
        f"| {name} | {side} × {side} | {counts['train']} | {counts['validation']} | {counts['test']} | {n_classes} |"
    )
Markdown("\n".join(lines))

# %%
for name, arrays in components.items():
    train = arrays["train"]
    some = train[np.linspace(0, len(train) - 1, 60).astype(int)]
    figure, axes = plt.subplots(figsize=(6, 4.4))
    axes.imshow(mosaic(some.T, np.arange(len(some))), cmap="gray", vmin=0, vmax=1)
    axes.set_title(f"{name}: train patches, each brightened to its own white")
    axes.set_axis_off()
    plt.show()

# %% [markdown]
# ## Learning the dictionaries
#
# A dictionary is learned from train patches alone: find codes for a batch of patches, move the atoms a little so that
# A x comes nearer to the patches, give every atom length one, repeat. One pass over the patches is an *epoch*. An atom
# that no patch has used for an epoch is drawn anew from the data.

# %%
for path in sorted(Path(results, "dictionaries").glob("*.parquet")):
    history = read_rows(path)
    first, last = history[0], history[-1]
    drop = 100 * (1 - last["objective"] / first["objective"])
    change = "fell" if drop > 0 else "rose"
    display(
        Markdown(
            f"- **{path.stem}**: over {len(history)} epochs the objective {change} by {abs(drop):.1f} %, from"
            f" {first['objective']:.4g} to {last['objective']:.4g}; in the last epoch {last['dead_atoms']} atoms"
            f" were unused and {100 * last['zero_share']:.0f} % of the codes' entries were zero."
        )
    )

# %% [markdown]
# ## What the atoms look like

# %%
for path in figures.values():
    display(Image(path))

# %% [markdown]
# ## The optimal codes, and how sure we are of them
#
# Every method is measured against the optimal codes, so these must be right. For each code the *duality gap* bounds
# from above how far its objective can be from the smallest possible one. The table shows the worst test sample's gap,
# relative to its objective, and the share of zeros.

# %%
lines = [
    "| task | test samples | atoms | zeros in the optimal codes | worst relative duality gap |",
    "|---|--:|--:|--:|--:|",
]
for path in sorted(Path(results, "codes").glob("*/test.npz")):
    codes, gap = read_arrays(path)["codes"], read_metadata(path)["worst_relative_gap"]
    zeros = 1 - codes.count_nonzero() / np.prod(codes.shape)
    lines.append(f"| {path.parent.name} | {codes.shape[0]:,} | {codes.shape[1]} | {100 * zeros:.1f} % | {gap:.1e} |")
Markdown("\n".join(lines))
