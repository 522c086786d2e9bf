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
title = "Two dictionaries: taking a mixture apart"
study = ""
results = ""
tables = {}
figures = {}

# %% tags=["setup"]
from pathlib import Path

from IPython.display import Image, Markdown, display

from lsalsa.study.tables import catching_up, comparison, ranking, read_table, unfinished

rows_of = {name: read_table(path) for name, path in tables.items()}
Markdown(f"# {title}\n\nStudy: {study}.")

# %% [markdown]
# ## What is asked
#
# Two images are added, pixel by pixel: y = y₁ + y₂. Only the sum is given. If the first image is sparse in a dictionary
# A₁ and the second in a dictionary A₂, then a sparse code of the sum in both together, y ≈ A₁ x₁ + A₂ x₂, tells them
# apart: A₁ x₁ is the first image and A₂ x₂ the second. The code to find makes
# ½‖y − A₁ x₁ − A₂ x₂‖² + α₁‖x₁‖₁ + α₂‖x₂‖₁ smallest. It is the same problem as with one dictionary, only larger and
# harder, because atoms of the two dictionaries resemble each other.
#
# ## What was done
#
# Each dictionary was learned alone, from unmixed train patches. Patches of train images were mixed for training,
# patches of test images for testing. No method is told the two sources: the learned methods see mixtures
# and their optimal codes only.
#
# ## What comes out
#
# The picture below is the direct answer. First row: the truth, which no method has seen. Second row: what the
# optimal code makes of the mixture; no method of this kind can be expected to do better. Every further row: one method
# after T steps.

# %%
for name, path in figures.items():
    display(Markdown(f"**{name}**"), Image(path))

# %% [markdown]
# ## What the numbers say

# %%
for name, rows in rows_of.items():
    verdict = comparison(rows, ("lsalsa", 1), [("fista", 10), ("lista", 1)])
    later = catching_up(rows, ("lsalsa", 1)).replace("To get as near", "To get as low").replace("as near", "as low")
    display(Markdown(f"**{name}.** {verdict} {later}"))
    for depth in sorted({row["depth"] for row in rows}):
        display(Markdown(f"- {ranking(rows, depth)}"))

# %% [markdown]
# ## All numbers
#
# A table of distances speaks of the whole code, both parts together. A table of classification errors speaks of
# one part alone: can one still tell which digit it was, when it is read from a mixture?

# %%
for path in tables.values():
    display(Markdown(Path(path).with_suffix(".md").read_text(encoding="utf-8")))

# %% [markdown]
# ## What did not work

# %%
failed = [f"- {name}: {line}" for name, rows in rows_of.items() for line in unfinished(rows)]
Markdown("\n".join(failed) or "Every run that enters these tables finished.")
