# %% [markdown]
# # One dictionary
#
# ## The question
#
# Given a patch y and a dictionary A, find the sparse code x that makes ½‖y − A x‖² + α‖x‖₁ smallest, with as little
# work as possible. Five methods try it, each in T steps. A step of any method costs the same product of a matrix with
# the codes:
#
# - **ISTA** takes a small step downhill, then shrinks every entry towards zero, and repeats.
# - **FISTA** does the same with momentum.
# - **SALSA** splits the problem into two halves that are easy alone, and makes the halves agree.
# - **LISTA** has the form of ISTA with T steps only: the layers of a network whose matrices are learned from examples.
# - **LSALSA** has the form of SALSA, learned in the same way.
#
# ## What was done
#
# The settings of every method (penalty, step, learning rate) were chosen on validation patches, never on test patches.
# The learned methods were trained several times with different seeds, on train patches and their optimal codes. Then
# all methods encoded the same test patches. The distance of a code to the optimal code is the RMSE, the root of the
# mean squared difference of their entries: zero is perfect.
#
# SALSA and LSALSA have two outputs that can serve as the code. SALSA is shown with the better one at each T, because
# the paper does not say which it is; LSALSA with the one that the paper prints. Each of the four alone, and every
# algorithm at its best, are on the page "Beyond the paper".

# %% tags=["parameters"]
title = "One dictionary"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from IPython.display import Markdown, display

from lsalsa.study.pages.cells import head, show_figures, show_tables
from lsalsa.study.summaries.findings import catching_up, comparison, failures, ranking, read_page

labels = {name: method["label"] for name, method in methods.items()}
rows_of, texts, title_of = read_page(tables)
head(title, study, tables, figures)

# %% [markdown]
# ## Does one learned layer beat ten iterations?
#
# The claim to check: LSALSA with a single layer is nearer to the optimal codes than FISTA after ten iterations,
# and nearer than LISTA with a single layer.

# %%
for name, rows in rows_of.items():
    if "rmse" in rows[0]:
        verdict = comparison(rows, ("lsalsa", 1), [("fista", 10), ("lista", 1)], labels)
        display(Markdown(f"**{title_of[name]}.** {verdict} {catching_up(rows, ('lsalsa', 1), labels)}"))
        display(Markdown(f"All methods, best first, at {ranking(rows, 1, labels)}"))

# %% [markdown]
# ## Curves
#
# Left: the distance after T steps. Right: the same distance over the time per sample on this machine, which counts in
# use.

# %%
show_figures(figures.values())

# %% [markdown]
# ## All numbers

# %%
show_tables(texts.values())

# %% [markdown]
# ## What did not work
#
# A training that blows up (*diverged*) or ends with only zeros (*collapsed*) is a result as well. The means leave out
# such runs; this list names them.

# %%
Markdown(failures(rows_of, title_of, labels))
