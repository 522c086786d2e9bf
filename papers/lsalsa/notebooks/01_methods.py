# %% [markdown]
# # From an algorithm to a network
#
# ## What is asked
#
# A signal y, say a patch of an image, is to be written with few columns (*atoms*) of a dictionary A: y ≈ A x, most
# entries of the *code* x being zero. The *optimal* code makes ½‖y − A x‖² + α‖x‖₁ smallest. No formula gives it; it is
# found by iterating, and each iteration costs a product with a matrix of the size of the code squared. How few
# iterations will do? That is the question of the paper that this study repeats, *LSALSA: accelerated source separation
# via learned sparse coding* (Cowen, Saridena, Choromanska, 2019), sections 2 to 4 of which are told here.
#
# ## SALSA: two halves that are made to agree
#
# The cost has a smooth half and a half with corners. Each alone is easy. The first is smallest where a linear system
# holds, whose matrix S = (μ I + AᵀA)⁻¹ can be computed once. The second is smallest after *shrinking*: every entry
# moves towards zero by α/μ, and stays at zero once there. SALSA keeps two copies of the code, x and u, improves one of
# them by each half, and sums up in d how far they are apart, until they agree.

# %% tags=["parameters"]
title = "From an algorithm to a network"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%

from IPython.display import Image, Markdown, display

Markdown(f"**{title}.** Study `{study}`, figures {', '.join(figures) or 'none'}.")

# %%
for path in list(figures.values())[:1]:
    display(Image(path))

# %% [markdown]
# ## LSALSA: the same, cut off and learned
#
# Write down T iterations of SALSA one after the other, stop there, and read S and the matrix in front of y (Aᵀ in
# SALSA, W from now on) as weights of a network with T layers. Before any training it gives just what SALSA gives after
# T iterations. Then W and S are moved, by gradient descent on many signals and their optimal codes, so that the code
# after T layers comes as near to the optimal one as T layers allow. One W and one S serve all layers.
#
# LISTA (Gregor and LeCun, 2010) does the same to ISTA, the plainest of the iterations. SC2Net's SLSTM makes a layer
# decide, entry by entry, how much of the past to keep.

# %%
for path in list(figures.values())[1:]:
    display(Image(path))

# %% [markdown]
# ## Several dictionaries
#
# Nothing changes when the signal is a sum of two images and there is a dictionary for each: A = [A₁ A₂] and
# x = [x₁; x₂]. The code then says which part of the sum each dictionary explains. That is *source separation*.
#
# ## Which output?
#
# The paper does not say which of its variables is SALSA's code. Two are tried. *u*, the last shrunken one, converges
# to the optimal code. *softx*, x shrunken once more, is what LSALSA puts out; in the limit it is wrong by α/μ in every
# non-zero entry, but after one or two steps it is the nearer one. The study gives the solver SALSA the better one at
# each T, and shows both by themselves among the results that go beyond the paper.
#
# ## What to count
#
# T counts products with a matrix of n_atoms × n_atoms, for every method: iterations of ISTA, FISTA and SALSA, layers of
# LISTA and LSALSA. Seconds are measured as well, on one machine, everything that does not depend on the signal being
# computed before.
