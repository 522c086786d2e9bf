# %% [markdown]
# # Data and dictionaries
#
# ## The question
#
# We write an image patch y as a sum of a few building blocks, the *atoms*: y ≈ A x. The columns of the *dictionary* A
# are the atoms. The *code* x says how much of each atom to use; most of its entries shall be exactly zero. The *optimal
# code* of a patch is the x that makes ½‖y − A x‖² + α‖x‖₁ smallest. The first part asks for a good likeness. The second
# part, with the *penalty* α, asks for few atoms. This study measures how fast and how exactly different methods find
# that x.

# %% tags=["parameters"]
title = "Data and dictionaries"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown

from lsalsa.storage import read_arrays, read_metadata, read_rows
from lsalsa.study.figures.atoms import mosaic
from lsalsa.study.pages.cells import show_figures
from lsalsa.study.summaries.source_images import square

components = {path.stem: read_arrays(path) for path in sorted(Path(results, "patches").glob("*.npz"))}
Markdown(f"**{title}.** Study `{study}`, components {', '.join(components)}.")

# %% [markdown]
# ## The patches
#
# Images are cut into square patches. The study divides the images, not the patches, into train and test images, so
# training never sees a part of a test image. Training leaves out nearly empty patches; every patch of a test image
# stays. The columns count patches, and in brackets the images that they come from.

# %%
lines = ["| component | patch | train | validation | test | classes |", "|---|---|--:|--:|--:|--:|"]
for name, arrays in components.items():
    side = len(square(arrays["train"][0]))
    splits = ("train", "validation", "test")
    counts = [f"{len(arrays[s]):,} ({len(np.unique(arrays[s + '_image'])):,})" for s in splits]
    classes = len(np.unique(arrays["test_label"])) if "test_label" in arrays else "no labels"
    lines.append(f"| {name} | {side} × {side} | {' | '.join(counts)} | {classes} |")
Markdown("\n".join(lines))

# %%
n_columns = min(4, len(components))
n_rows = -(-len(components) // n_columns)
figure, panels = plt.subplots(n_rows, n_columns, figsize=(11, 3.2 * n_rows), squeeze=False, layout="constrained")
for axes in panels.flat[len(components) :]:
    axes.set_visible(False)
for axes, (name, arrays) in zip(panels.flat, components.items(), strict=False):
    some = arrays["train"][np.linspace(0, len(arrays["train"]) - 1, 64).astype(int)]
    axes.imshow(mosaic(some.T, np.arange(len(some))), cmap="gray", vmin=0, vmax=1)
    axes.set_title(f"{name}: some train patches")
    axes.set_axis_off()
plt.show()

# %% [markdown]
# ## Learning the dictionaries
#
# A dictionary is learned from train patches alone. Find codes for a batch of patches, move the atoms a little so that A
# x comes nearer to the patches, give every atom length one, repeat. One pass over the patches is an *epoch*. An atom
# that no patch has used for an epoch is replaced by a random patch. The *objective* is the mean of ½‖y − A x‖² + α‖x‖₁.
#
# An atom is *still its start* if more than half of its energy is the random noise that it started from, or if it has a
# cosine above 0.95 with the one patch that it started from. Noise that stays was hardly used by any code: such a
# dictionary is smaller than it looks, and longer learning would fill it.

# %%
lines = [
    "| component | atoms | epochs | objective, first epoch | last epoch | unused atoms, last epoch |"
    " still their start | zeros in the codes |",
    "|---|--:|--:|--:|--:|--:|--:|--:|",
]
for path in sorted(Path(results, "dictionaries").glob("*.parquet")):
    history = read_rows(path)
    first, last = history[0], history[-1]
    count, unmoved = len(read_arrays(path.with_suffix(".npz"))["usage"]), last["unmoved_atoms"]
    ends = f"{first['objective']:.4g} | {last['objective']:.4g} | {last['dead_atoms']} | {unmoved}"
    lines.append(f"| {path.stem} | {count} | {len(history)} | {ends} | {100 * last['zero_share']:.0f} % |")
Markdown("\n".join(lines))

# %% [markdown]
# ## What the atoms look like

# %%
show_figures(figures.values())

# %% [markdown]
# ## The optimal codes, and how sure we are of them
#
# The study compares every method with the optimal codes, so these must be right. For each code the *duality gap* is an
# upper bound of the distance between its objective and the smallest possible one. The table shows the worst test
# sample's gap, relative to its objective, and the share of zeros.

# %%
lines = ["| task | test samples | atoms | zeros | worst relative duality gap |", "|---|--:|--:|--:|--:|"]
for path in sorted(Path(results, "codes").glob("*/test.npz")):
    codes, gap = read_arrays(path)["codes"], read_metadata(path)["worst_relative_gap"]
    zeros = 1 - codes.count_nonzero() / np.prod(codes.shape)
    lines.append(f"| {path.parent.name} | {codes.shape[0]:,} | {codes.shape[1]} | {100 * zeros:.1f} % | {gap:.1e} |")
Markdown("\n".join(lines))
