# %% [markdown]
# # Beyond the paper
#
# Four questions that the paper leaves open, on its own tasks.
#
# 1. **Is plain gradient descent the right way to train?** The paper uses it. Its steps must be tiny if the dictionary
#    is ill-conditioned. Adam scales the step of every weight by itself, and would be the first choice today.
# 2. **Which output?** SALSA and LSALSA have two read-outs, *softx* (the paper's for LSALSA) and *u*. The first is
#    biased in the limit, the second is not. Where a table or figure says only "SALSA", it is the better of the two at
#    each T; where it says only "LSALSA", it is *softx*. Here each of the four stands alone.
# 3. **What can the architecture do?** At each T the best variant of an algorithm is chosen on validation signals, among
#    read-outs, optimisers, losses and forms of its layers. That is the algorithm at its best.
# 4. **What does a second buy?** A solver can skip the zeros of the codes instead of multiplying them. Then it computes
#    the *exact* code, with a certificate. If it is as fast as a network, there is no reason to approximate.

# %% tags=["parameters"]
title = "Beyond the paper"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from IPython.display import Markdown, display

from lsalsa.study.pages.cells import head, show_figures, show_tables
from lsalsa.study.summaries.findings import by_depth, read_page

labels = {name: method["label"] for name, method in methods.items()}
rows_of, texts, title_of = read_page(tables)
head(title, study, tables, figures)

# %% [markdown]
# ## Adam instead of plain gradient descent
#
# By the RMSE of codes against the optimal codes; smaller is better.

# %%
for name, rows in rows_of.items():
    if name.startswith("rmse_"):
        said = [by_depth(rows, f"{kind}_adam", kind, labels) for kind in ("lista", "lsalsa")]
        if any(said):
            display(Markdown(f"**{title_of[name]}.** {' '.join(said)}"))

# %%
show_figures(path for name, path in figures.items() if name.startswith("adam"))

# %% [markdown]
# ## The two read-outs

# %%
show_figures(path for name, path in figures.items() if name.startswith("read_outs"))
show_tables(text for name, text in texts.items() if name.startswith("read_outs"))

# %% [markdown]
# ## Each algorithm at its best
#
# Full lines: the algorithm at its best. Pale, broken lines: as the paper prints it. The marks at the right are solvers
# that go on until the code is right. An algorithm whose line lies to the right of the exact solver's mark is slower
# than the exact code, and less exact.

# %%
show_figures(path for name, path in figures.items() if name.startswith("at_best"))
show_tables(text for name, text in texts.items() if name.startswith("at_best"))

# %% [markdown]
# ## Classification error of the variants
#
# Read-outs, optimisers, losses and forms of the layers, judged as in the paper's tables.

# %%
show_tables(text for name, text in texts.items() if name.endswith("variants"))

# %% [markdown]
# ## What a second buys
#
# Each mark is a method at a depth, or an exact solver: seconds for one signal across, distance to the optimal code up.
# Low and to the left is good. The certified exact solver stops at the accuracy that it is asked for.

# %%
show_figures(path for name, path in figures.items() if name.startswith("frontier"))
