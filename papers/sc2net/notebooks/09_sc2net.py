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
# coloured photographs (CIFAR-10), and names the class. Its claims are of four kinds:
#
# - about the classes: every method does better on the digits than on the photographs; SLSTM is best on both, by 3.16
#   and 3.35 points; the results hardly change for a weight of the l1 norm between 0.01 and 0.1;
# - about the codes: those of SLSTM are sparse, which those of an LSTM are not;
# - about speed: FISTA converges faster than ISTA, LISTA faster still and to a better optimum, SLSTM faster again;
# - about what others need: LISTA depends on the codes that it learns from.
#
# ## What was done
#
# The paper leaves much open. Its code measures most methods on 2,000 *train* pictures. Their random choice alone moves
# a number by about a point. Here every method has the same pictures, dictionary and classifier. The column *official
# split* fits on all train pictures and scores on the test pictures, which nothing else has seen. The column *as
# released* repeats the paper's protocol over random choices.
#
# The classifier has a constant C: the smaller it is, the smaller the classifier's weights must be. The paper leaves it
# at 1. That suits a hundred entries of a code; for thousands of raw pixels it is far too large, and makes them look
# worse than they are. So the column *C chosen* takes the C that does best on validation pictures, for each row from
# the same grid. Who asks whether codes help compares that column.
#
# More rows help to compare: the raw pixels without any code, an SLSTM with random weights, codes of a converged solver.
# One row goes beyond the paper's table. Its section 4.2 says that labels can be part of the loss, without a formula or
# a number. In that row the loss also has the cross-entropy of a linear classifier, which learns with the network.

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
from lsalsa.study.summaries.findings import read_page

numbers, texts, _ = read_page(tables)


def show(name):
    """What a table's numbers say, its figure, and the table itself; a figure alone where there is no such table."""
    if name not in tables:
        return display(Image(figures[name])) if name in figures else None
    table, _, sentences = texts[name].partition("\n\n- ")
    display(Markdown(f"- {sentences}" if sentences else ""))
    if name in figures:
        display(Image(figures[name]))
    return display(Markdown("#" + table))


Markdown(f"**{title}.** Study `{study}`, tables {', '.join(tables) or 'none'}.")

# %% [markdown]
# ## The network
#
# ISTA takes a step towards a better code, then shrinks it. Adaptive ISTA remembers: a cell keeps a part f of its past
# and adds a part i of the step of ISTA. SLSTM lets the network decide on f and i, from the picture and the code so far.
# It also replaces the shrinkage by a smooth curve.

# %%
show("sc2net_figure_1")

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
# ## What each part of the unit does
#
# Each row leaves out or exchanges one part of SLSTM: its gates, their biases (which the paper does not print), its
# smooth activation. Adaptive ISTA is the same unit with soft thresholding, and starts as ISTA. The column *zero* shows
# who has exact zeros at all.

# %%
show("sc2net_units")

# %% [markdown]
# ## How fast each method converges
#
# Here the methods are compared by the objective alone, step by step. Without a classifier there is no doubt what is
# better: what explains the pictures with smaller entries. The solvers and LISTA have a given dictionary, and nobody can
# fall below its optimum. SLSTM and adaptive ISTA learn a dictionary of their own, and may. An objective can be lowered
# by longer atoms and smaller codes, so theirs are scaled to atoms of norm 1 first.

# %%
show("sc2net_convergence")

# %% [markdown]
# ## What LISTA learns from
#
# LISTA needs codes to learn from, which somebody must compute first. How good must they be?

# %%
show("sc2net_targets")

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
