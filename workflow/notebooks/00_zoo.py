# %% [markdown]
# # The encoders side by side
#
# ## The question
#
# Since LISTA (2010) many networks have been unrolled from iterations of sparse coding. Which of them comes nearest to
# the optimal codes, at what cost, and with how many learned numbers? Each was published with its own data, training and
# budget. Here all have the same.
#
# - **LISTA** learns two matrices, **untied LISTA** two for each layer. **LFISTA** adds a matrix for the momentum.
# - **LSALSA** has the layers of SALSA, which splits the problem in two, and the two matrices of LISTA.
# - **LISTA-CP** keeps the dictionary and learns the matrix that the residual is multiplied by, one for each layer.
#   **LISTA-CPSS** does not shorten the largest entries.
# - **ALISTA** computes that matrix and learns two numbers for each layer. **Step-LISTA** takes the dictionary itself
#   and learns one number for each layer, the step size.
# - **Adaptive ISTA** and **SLSTM** have gates, like recurrent networks.
#
# ISTA, FISTA and SALSA learn nothing. A solver that goes on until its codes are certified stands beside them.
#
# ## What was done
#
# Every network was trained for the distance to the optimal codes, with the same optimiser, batches and epochs. For
# each, the same number of settings was tried on validation patches. Dictionaries, patches and optimal codes
# are the same for all. The budget itself was changed once after a first run had been seen: twice the epochs, and a
# dictionary of digits with more atoms than pixels, since ALISTA collapsed on a square one.
#
# *How to read it.* The budget is small and equal, which favours networks with few numbers to learn. A layer does not
# cost the same in all of them, so the time matters beside the depth. ALISTA and LISTA-CPSS were made to recover sparse
# codes from exact signals. The codes that are wanted here are shortened by their penalty, which is another aim. And
# ALISTA's matrix is large in the directions that the dictionary hardly reaches. Random dictionaries, for which it was
# made, have no such directions; learned ones do.

# %% tags=["parameters"]
title = "The encoders side by side"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from IPython.display import Markdown

from lsalsa.study.pages.cells import head, show_figures, show_tables
from lsalsa.study.summaries.findings import read_page

rows_of, texts, title_of = read_page(tables)
head(title, study, tables, figures)

# %% [markdown]
# ## At a glance

# %%
show_figures(figures.values())

# %% [markdown]
# ## All numbers

# %%
show_tables(texts.values())

# %% [markdown]
# ## What did not work
#
# A training that diverged or collapsed is a result as well; the means leave it out.

# %%
labels = {name: method["label"] for name, method in methods.items()}
failed = [
    f"- {title_of[name]}, {row['task']}: {labels[row['method']]} at T = {row['depth']}: {row['status']}"
    for name, rows in rows_of.items()
    for row in rows
    if row["status"] != "ok"
]
Markdown("\n".join(failed) or "Every run finished.")
