# %% [markdown]
# # Two dictionaries: taking a mixture apart
#
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

# %% tags=["parameters"]
title = "Two dictionaries: taking a mixture apart"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from IPython.display import Image, Markdown, display

from lsalsa.study.findings import catching_up, comparison, failures, ranking, read_page

labels = {name: method["label"] for name, method in methods.items()}
rows_of, texts, title_of = read_page(tables)
Markdown(f"**{title}.** Study `{study}`, tables {', '.join(tables) or 'none'}; figures {', '.join(figures) or 'none'}.")

# %% [markdown]
# ## What comes out
#
# Where separated images are shown, the first row is the truth, which no method has seen. The second row is what the
# optimal code makes of the mixture: the goal of every method here. Each further row is one method after T steps.

# %%
for path in figures.values():
    display(Image(path))

# %% [markdown]
# ## What the numbers say
#
# A table of distances speaks of the whole code, both parts together. A table of classification errors speaks of
# one part alone: can one still tell which digit it was, when it is read from a mixture?

# %%
for name, rows in rows_of.items():
    verdict = comparison(rows, ("lsalsa", 1), [("fista", 10), ("lista", 1)], labels)
    display(Markdown(f"**{title_of[name]}** (`{name}`). {verdict} {catching_up(rows, ('lsalsa', 1), labels)}"))
    display(Markdown(f"All methods, best first, at {ranking(rows, 1, labels)}"))

# %% [markdown]
# ## All numbers

# %%
for text in texts.values():
    display(Markdown("#" + text))

# %% [markdown]
# ## What did not work
#
# A training that blows up (*diverged*) or ends with nothing but zeros (*collapsed*) is a result as well. Such runs are
# left out of the means and named here.

# %%
Markdown(failures(rows_of, title_of, labels))
