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
title = "Are the codes good for something?"
study = ""
results = ""
tables = {}
figures = {}

# %% tags=["setup"]
from pathlib import Path

from IPython.display import Image, Markdown, display

from lsalsa.study.tables import comparison, ranking, read_table, unfinished

rows_of = {name: read_table(path) for name, path in tables.items()}
Markdown(f"# {title}\n\nStudy: {study}.")

# %% [markdown]
# ## What is asked
#
# A code may be near the optimal one in numbers and still have lost what matters. So it is put to use: a linear
# classifier reads the codes of all patches of an image and names its class, a digit or a kind of photograph. If the
# estimated codes are good, it makes the same few mistakes as with the optimal codes.
#
# ## Two protocols
#
# - **The paper's.** The classifier is fitted on the optimal codes of the test images themselves, usually until it makes
#   no mistake. Then it reads the estimated codes of the same images. This says nothing about recognising new
#   images; it isolates the damage that comes from inexact codes.
# - **The honest variant.** The classifier is fitted on optimal codes of train images and has never seen a test image.
#   Its error on the optimal test codes is the *floor*: a perfect encoder would have just that.
#
# The classifier is a multinomial logistic regression on standardised codes; long codes are first shortened by a
# fixed random projection. The floor stands above each table.
#
# ## What the numbers say

# %%
for name, rows in rows_of.items():
    verdict = comparison(rows, ("lsalsa", 1), [("salsa", 1), ("lista", 1), ("fista", 10)])
    depths = sorted({row["depth"] for row in rows})
    lines = [f"- {ranking(rows, depth)}" for depth in depths]
    display(Markdown(f"**{name}** (errors in percent). {verdict}\n\n" + "\n".join(lines)))

# %% [markdown]
# ## All numbers

# %%
for path in tables.values():
    display(Markdown(Path(path).with_suffix(".md").read_text(encoding="utf-8")))

# %% [markdown]
# ## Error against time
#
# What counts in use is the error that can be had in a given time.

# %%
for path in figures.values():
    display(Image(path))

# %% [markdown]
# ## What did not work

# %%
failed = [f"- {name}: {line}" for name, rows in rows_of.items() for line in unfinished(rows)]
Markdown("\n".join(failed) or "Every run that enters these tables finished.")
