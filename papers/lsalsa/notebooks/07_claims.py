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
# - **reproduced**: the numbers of this study say the same.
# - **partly**: they say it in part, or the difference is a tie, which means within the spread of the seeds.
# - **not reproduced**: they say otherwise.
# - **not testable here**: the study did not run the methods, depths or data of the claim. The reason names what is
#   missing.
#
# A study can have fewer images, fewer depths or other data than the paper. Then it contradicts a claim only for its own
# setting. Where the paper's words are vague ("near", "dramatically"), the reading says what was checked.

# %% tags=["parameters"]
title = "Does it hold?"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from IPython.display import Image, Markdown, display

from lsalsa.study.claims import VERDICTS
from lsalsa.study.claims.verdicts import finding, grouped, summary, summary_grid
from lsalsa.study.csv_rows import read_csv
from lsalsa.study.render import pipe_table

rows = [row for path in tables.values() for row in read_csv(path)]
Markdown(f"**{title}.** Study `{study}`, tables {', '.join(tables) or 'none'}; figures {', '.join(figures) or 'none'}.")

# %% [markdown]
# ## How many

# %%
display(Markdown(summary(rows)))
display(Markdown(pipe_table(summary_grid(rows))))
for path in figures.values():
    display(Image(path))

# %% [markdown]
# ## What did not hold
#
# Claims that the numbers of this study contradict, fully or in part.

# %%
against = [row for verdict in VERDICTS[2:0:-1] for row in rows if row["verdict"] == verdict]
Markdown("\n".join(f"- {row['place']}: {finding(row)}" for row in against) or "No claim is contradicted.")

# %% [markdown]
# ## Claim by claim
#
# In the order of the paper.

# %%
for name, group in grouped(rows).items():
    display(Markdown(f"### {name}\n\n{summary(group)}\n\n" + "\n".join(f"- {finding(row)}" for row in group)))
