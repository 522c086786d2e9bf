# %% [markdown]
# # The theory, put to the test
#
# ## The question
#
# LSALSA is a network of T layers. Each layer does one iteration of the solver SALSA. It shrinks: u = soft(x + d). It
# mixes: x = S (W y + μ (u − d)). And it adds the difference x − u to d. In SALSA the matrix S is given: S = (μ I +
# AᵀA)⁻¹, where A is the dictionary and y the signal. In LSALSA, S and W are learned.
#
# The paper that proposed LSALSA offers a theory of why this should help. In short, it says:
#
# 1. A trained network still descends on *some* cost function, a learned one (theorem 1).
# 2. If learning makes that cost curve more steeply, the same number of steps comes nearer to the solution (theorem 2).
# 3. Bounds for alternating gradient steps say how near (lemma 1, corollary 1, theorems 3 and 4).
#
# ## What was done
#
# We turned every statement into something that a random instance can contradict: sample matrices (or a problem with
# known constants), compute both sides, compare. The comparison uses the definitions, not the paper's derivations. It
# measures gradients from values of the cost function, and expectations as means over simulated runs. Where the printed
# form cannot be right, a *corrected* form that can be proved stands beside the *printed* one. Both see the same
# instances.
#
# An equation is measured by its relative error; it allows 0, up to rounding. An inequality is measured by its left side
# over its right side; it allows 1. If no instance contradicts a statement, that does not prove it. If one instance
# contradicts it, the statement is wrong.

# %% tags=["parameters"]
title = "The theory, put to the test"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from pathlib import Path

from IPython.display import Image, Markdown, display

from lsalsa.study.csv_rows import read_csv
from papers.lsalsa.findings import about, contradicted

outcomes = read_csv(tables["theory"])
runs = f"{len(outcomes)} checks, {outcomes[0]['runs']} random instances each"
Markdown(f"**{title}.** Study `{study}`: {runs}. {contradicted(outcomes)}")

# %% [markdown]
# ## Theorem 1: a learned cost function
#
# **Statement.** Replace ½‖y − A x‖² in the cost by ½ xᵀ(S⁻¹ − μ I) x − (W y)ᵀx + ½ yᵀy. Then the mixing step of a layer
# gives exactly the x that makes the new cost smallest, for every learned S.
#
# **Where it needs care.** The gradient of xᵀM x is (M + Mᵀ) x, which is 2 M x only for a symmetric M. So S must be
# symmetric; otherwise the gradient is not zero after the step. If S has a negative eigenvalue, the point of zero
# gradient is a saddle and not a minimum. The table shows how far the cost falls below its value there, as a share of
# the largest change over steps of one length. Gradient steps keep S neither symmetric nor positive definite. The
# supplement (equation 44) prints the cost without its factors ½; then the step misses, too.

# %%
display(Markdown(about(outcomes, "Theorem 1", "Equation 44", "Remark 2")))

# %% [markdown]
# ## Equations 19, 20 and 30: the learned direction
#
# **Statement.** With W = Aᵀ and a symmetric S, the gradient of the learned cost is SALSA's gradient plus P x, where P =
# S⁻¹ − (μ I + AᵀA). So learning corrects the direction of descent.

# %%
display(Markdown(about(outcomes, "Equation 19", "Equation 20", "Equation 30")))

# %% [markdown]
# ## Supplement B: a layer sees all layers before it
#
# **Statement.** A layer shrinks a sum over W y and the outputs u of *all* layers before, with powers of I − μ S as
# weights. In LISTA a layer sees only the layer before it.
#
# **Where the print is wrong.** One sign is wrong (in the term of the second to last layer), and so is the index:
# shrinking x(t) + d(t) gives u(t + 1), not u(t).

# %%
display(Markdown(about(outcomes, "Supplement B")))

# %% [markdown]
# ## Lemma 1 and corollary 1: how much one step gains
#
# **Statement.** On a function whose curvature lies between β and α, a gradient step of size η multiplies the distance
# to the minimum by at most 1 − η ξ, with ξ = 2αβ / (α + β). Corollary 1 says the same about one block of variables that
# other blocks disturb.
#
# **Where the print is wrong.** The textbook's lemma holds for the *square* of the distance. For the distance itself the
# factor is 1 − η β. As ξ is up to twice β, the print promises up to twice the gain. The two agree if α = β.

# %%
display(Markdown(about(outcomes, "Lemma 1", "Corollary 1")))

# %% [markdown]
# ## Theorem 3: a round of noisy steps
#
# **Statement.** K blocks of variables take turns in noisy gradient steps; some are minimised over, some maximised over.
# The expected squared error after a round is at most (1 − q) times the error before it, plus a term for the noise.
#
# It inherits ξ from lemma 1. If the steps are so small that the noise does not hide it, the printed ξ promises too
# much.

# %%
display(Markdown(about(outcomes, "Theorem 3")))

# %% [markdown]
# ## Theorem 4: many rounds with falling steps
#
# **Statement.** With step sizes that fall like 1 / t, the error falls like 1 / t as well. It stays below a bound, which
# the paper derives from theorem 3.
#
# **Where the print is wrong.** The bound follows if q = 1.5 / (t + 2). That needs 3K − 1 where the print has 2K − 1.
# With the printed steps theorem 3 allows errors above the bound. That breaks the proof, but the bound may still be
# true. Simulated runs, and a sharper form of theorem 3 (inequality 73), test that. Besides, the first step can be
# larger than corollary 1 allows; a clock that begins later repairs it.

# %%
display(Markdown(about(outcomes, "Theorem 4")))
if "theory_bounds" in figures:
    display(Image(figures["theory_bounds"]))

# %% [markdown]
# ## Theorem 2: the gain by learning
#
# **Statement.** If learning raises the curvature from β to b, the bound of theorem 4 falls by about (b² − β²) /
# (2βb)².
#
# The checks test the algebra. The conclusion compares two upper bounds, not two errors: a smaller bound does not make
# the error smaller. It also needs assumptions that can be measured: b is larger than β, and everything else (α, the
# noise, the solution) is unchanged.

# %%
display(Markdown(about(outcomes, "Theorem 2")))

# %% [markdown]
# ## What trained encoders say
#
# For each LSALSA encoder of this study, β is the smallest eigenvalue of μ I + AᵀA, and b is 1 over the largest
# eigenvalue of the symmetric part of S. Theorem 2 assumes b > β. Theorem 1 needs a symmetric S. If training could not
# improve an encoder, it keeps its start values: then b = β and S is symmetric.

# %%
if "theory_assumptions" in tables:
    text = Path(tables["theory_assumptions"]).with_suffix(".md").read_text(encoding="utf-8")
    display(Markdown("#" + text))
else:
    display(Markdown("This study trains no LSALSA encoder."))
if "theory_assumptions" in figures:
    display(Image(figures["theory_assumptions"]))

# %% [markdown]
# ## Every check in a sentence

# %%
Markdown("\n".join(f"- {row['statement']} ({row['form']}; {row['case']}). {row['sentence']}" for row in outcomes))
