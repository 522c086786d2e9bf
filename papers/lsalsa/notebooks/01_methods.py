# %% [markdown]
# # From an algorithm to a network
#
# ## The question
#
# We look for a code x that writes a signal y, for example an image patch, with few columns (*atoms*) of a dictionary A:
# y ≈ A x. Most entries of the *code* x are zero. The *optimal* code makes ½‖y − A x‖² + α‖x‖₁ smallest. No formula
# gives it; an iteration finds it. Each step of the iteration costs a product with a matrix of the size of the code
# squared. How few steps are enough? The paper of this study asks that question: *LSALSA: accelerated source separation
# via learned sparse coding* (Cowen, Saridena, Choromanska, 2019). This page explains its sections 2 to 4.
#
# ## SALSA: two halves that must agree
#
# The cost has a smooth half and a half with corners. Each alone is easy. The first is smallest at the solution of a
# linear system. Its matrix S = (μ I + AᵀA)⁻¹ is computed once. The second is smallest after *shrinking*: every entry
# moves towards zero by α/μ, and stops at zero. SALSA keeps two copies of the code, x and u, and improves one copy by
# each half. It sums up their difference in d, until they agree.

# %% tags=["parameters"]
title = "From an algorithm to a network"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%

from IPython.display import Markdown

from lsalsa.study.pages.cells import show_figures

Markdown(f"**{title}.** Study `{study}`, figures {', '.join(figures) or 'none'}.")

# %%
show_figures(list(figures.values())[:1])

# %% [markdown]
# ## LSALSA: the same, cut off and learned
#
# Write down T iterations of SALSA one after the other, and stop there. Read S and the matrix in front of y (Aᵀ in
# SALSA, W from now on) as weights of a network with T layers. Without training it gives the same as SALSA after T
# iterations. Training moves W and S by gradient descent on many signals and their optimal codes. Its goal: after T
# layers the code is as near to the optimal one as possible. All layers share one W and one S.
#
# LISTA (Gregor and LeCun, 2010) does the same to ISTA, the simplest iteration. In SC2Net's SLSTM a layer decides, entry
# by entry, how much of the past it keeps.

# %%
show_figures(list(figures.values())[1:])

# %% [markdown]
# ## Several dictionaries
#
# Nothing changes if the signal is a sum of two images with a dictionary for each: A = [A₁ A₂] and x = [x₁; x₂]. The
# code then says which part of the sum each dictionary explains. That is *source separation*.
#
# ## Which output?
#
# The paper does not say which of its variables is SALSA's code. The study tries two. *u*, the last shrunken one,
# converges to the optimal code. *softx*, which is x shrunken once more, is the output of LSALSA. In the limit it is
# wrong by α/μ in every non-zero entry, but after one or two steps it is nearer. The study uses the better one for the
# solver SALSA at each T. The results beyond the paper show both.
#
# ## What to count
#
# T counts products with a matrix of n_atoms × n_atoms, for every method: iterations of ISTA, FISTA and SALSA, layers of
# LISTA and LSALSA. The study also measures seconds on one machine. Everything that does not depend on the signal is
# computed before.
