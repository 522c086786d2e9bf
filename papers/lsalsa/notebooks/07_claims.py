# %% [markdown]
# # Does it hold?
#
# ## The question
#
# A paper says many things: one method needs more iterations than another, it is the best in a row of a table, a theorem
# is true. This page compares each of these statements with the results of this study.
#
# ## How a verdict is reached
#
# A claim has parts: a depth, a method, a row of a table, a target number. A part holds, is contradicted, or is a tie,
# which means within the spread of the seeds; or the study did not run it.
#
# - **reproduced**: every part was run and holds.
# - **partly**: at least half of the parts that were run hold, a tie counting as half.
# - **not reproduced**: fewer hold. A target number ("100 times") and a theorem are one part: they hold or they do not.
# - **not testable here**: the study ran no part of it. The reason names what is missing.
#
# A study can have fewer images, fewer depths or other data than the paper. Then it contradicts a claim only for its own
# setting. Where the paper's words are vague ("near", "dramatically"), the reading says what was checked.
#
# ## Why a claim about methods has two verdicts
#
# SALSA and LSALSA have two outputs that can serve as the code, *u* and *softx*. For LSALSA the paper prints *softx*;
# for SALSA it says nothing, and here SALSA takes the better one. So the printed forms do not compete on equal terms.
# The second verdict gives every algorithm its best form: at each T the variant (read-out, optimiser, loss, form of its
# layers) with the lowest RMSE on validation signals. Test signals have no part in that choice.

# %% tags=["parameters"]
title = "Does it hold?"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from IPython.display import Markdown, display

from lsalsa.study.claims import VERDICTS
from lsalsa.study.claims.verdicts import finding, grouped, summary, summary_grid, twice_grid
from lsalsa.study.csv_rows import read_csv
from lsalsa.study.pages.cells import head, show_figures
from lsalsa.study.pages.render import pipe_table

rows = [row for path in tables.values() for row in read_csv(path)]
head(title, study, tables, figures)

# %% [markdown]
# ## How many

# %%
display(Markdown(summary(rows)))
display(Markdown(pipe_table(summary_grid(rows))))
show_figures(figures.values())

# %% [markdown]
# ## What did not hold
#
# Claims that the numbers of this study contradict, fully or in part.

# %%
against = [row for verdict in VERDICTS[2:0:-1] for row in rows if row["verdict"] == verdict]
Markdown("\n".join(f"- {row['place']}: {finding(row)}" for row in against) or "No claim is contradicted.")

# %% [markdown]
# ## As printed, and each method at its best
#
# Bold: the second verdict differs from the first.

# %%
twice = twice_grid(rows)
Markdown(pipe_table(twice) if twice.lines else "No claim of this study is about methods.")

# %% [markdown]
# ## Claim by claim
#
# In the order of the paper.

# %%
for name, group in grouped(rows).items():
    display(Markdown(f"### {name}\n\n{summary(group)}\n\n" + "\n".join(f"- {finding(row)}" for row in group)))
