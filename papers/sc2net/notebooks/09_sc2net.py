# %% [markdown]
# # SC2Net: a sparse code from a recurrent network
#
# ## The question
#
# A sparse code explains a picture by few atoms of a dictionary. Solvers such as ISTA and FISTA find it step by step;
# LISTA and LFISTA are the same steps with learned matrices. Zhou and others (2017) go further. They give the recursion
# two gates, as in an LSTM: each entry of the code decides for itself how much of the past it keeps. They call it SLSTM.
# And they train it without any known codes. The network must explain its pictures with few entries, through a decoder
# that is its own input matrix, transposed. The whole is called SC2Net.
#
# Their table 1 compares the methods indirectly: a classifier reads the codes of whole pictures, digits (MNIST) or
# coloured photographs (CIFAR-10), and names the class. Three claims depend on it:
#
# - **(a)** every method does better on the digits than on the photographs;
# - **(b)** SLSTM is best on both, by 3.16 and 3.35 points;
# - **(c)** the results hardly change for a weight of the l1 norm between 0.01 and 0.1.
#
# ## What was done
#
# The paper leaves much open. Its code measures most methods on 2,000 *train* pictures. Their random choice alone moves
# a number by about a point. Here every method has the same pictures, dictionary and classifier. The column *official
# split* fits on all train pictures and scores on the test pictures, which nothing else has seen. The column *as
# released* repeats the paper's protocol over random choices. Three more rows help to compare: the raw pixels without
# any code, an SLSTM with random weights, and codes of a converged solver.

# %% tags=["parameters"]
title = "SC2Net: a sparse code from a recurrent network"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from IPython.display import Image, Markdown, display

from lsalsa.study.claims.verdicts import finding
from lsalsa.study.findings import read_page

numbers, texts, _ = read_page(tables)


def show(name):
    """What a table's numbers say, its figure, and the table itself."""
    if name not in tables:
        return display(Markdown(f"This study has no table `{name}`."))
    table, _, sentences = texts[name].partition("\n\n- ")
    display(Markdown(f"- {sentences}" if sentences else ""))
    if name in figures:
        display(Image(figures[name]))
    return display(Markdown("#" + table))


Markdown(f"**{title}.** Study `{study}`, tables {', '.join(tables) or 'none'}.")

# %% [markdown]
# ## Do the claims hold?
#
# The verdicts come from the table `claims`, which judges all papers by one rule.

# %%
judged = [row for row in numbers.get("claims", []) if row["paper"] == "sc2net"]
Markdown("\n".join(f"- {finding(row)}" for row in judged) or "This study judges no claims.")

# %% [markdown]
# ## Table 1

# %%
show("sc2net_table_1")

# %% [markdown]
# ## How many steps SLSTM needs
#
# The paper does not say how many steps its network takes.

# %%
show("sc2net_depth")

# %% [markdown]
# ## The weight of the l1 norm

# %%
show("sc2net_penalty")

# %% [markdown]
# ## Growing atoms
#
# The loss is ½ |y − B s|² + λ Σ|s|. Halve the codes s and double the atoms in B: the first term stays, and the second
# is halved. A dictionary of norm 1 forbids that; the network's decoder is free to do it. So the loss can fall although
# the pictures are not explained better. Its value cannot be compared with a solver's objective.

# %%
show("sc2net_leak")

# %% [markdown]
# ## The dictionary as released
#
# The paper's code multiplies the weight of the l1 norm by the number of pictures before it learns the dictionary. Its
# solver does not divide by that number: all codes become zero, and the atoms are random pictures.

# %%
show("sc2net_dictionary")

# %% [markdown]
# ## Which entries are found
#
# For synthetic signals the true code is known, and so are its non-zero entries.

# %%
show("sc2net_support")
