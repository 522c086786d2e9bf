# %% [markdown]
# # SC2Net: a sparse code from a recurrent network
#
# ## What is asked
#
# A sparse code explains a picture by few atoms of a dictionary. Solvers such as ISTA and FISTA find it step by step;
# LISTA and LFISTA are the same steps with learned matrices. Zhou and others (2017) go further. They give the recursion
# two gates, as in an LSTM, so that each entry of the code decides for itself how much of the past it keeps. They
# call it SLSTM. And they train it without any known codes: the network must explain its pictures with few entries,
# through a decoder that is its own input matrix, transposed. The whole is called SC2Net.
#
# Their table 1 compares the methods by a detour: a classifier reads the codes of whole pictures, digits (MNIST) or
# coloured photographs (CIFAR-10), and names the class. Three claims rest on it:
#
# - **(a)** every method does better on the digits than on the photographs;
# - **(b)** SLSTM is best on both, by 3.16 and 3.35 points;
# - **(c)** the results hardly change for a weight of the l1 norm between 0.01 and 0.1.
#
# ## What was done
#
# The paper leaves much open. Its code measures most methods on 2,000 *train* pictures, where the chance of the draw
# alone moves a number by about a point. Here every method has the same pictures, dictionary and classifier. The column
# *official split* fits on all train pictures and scores on the test pictures, which nothing else has seen; *as
# released* repeats the paper's protocol over random draws. Three rows are there to compare with: the raw pixels
# without any code, an SLSTM with random weights, and codes solved to the end.

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
# The verdicts of the table `claims`, which judges all papers by one rule.

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
# The loss is ½ |y − B s|² + λ Σ|s|. Halve the codes s and double the atoms in B, and the first term stays as it is
# while the second is halved. A dictionary of norm 1 forbids that; the network's decoder is free to do it. So the loss
# can fall without any better explanation of the pictures, and its value must not be held against a solver's objective.

# %%
show("sc2net_leak")

# %% [markdown]
# ## The dictionary as released
#
# The paper's code multiplies the weight of the l1 norm by the number of pictures before it learns the dictionary. The
# solver it calls does not divide by that number: all codes become zero, and the atoms are pictures drawn at random.

# %%
show("sc2net_dictionary")

# %% [markdown]
# ## Which entries are found
#
# On synthetic signals the true code is known, and with it which of its entries are not zero.

# %%
show("sc2net_support")
