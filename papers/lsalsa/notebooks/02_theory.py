# %% [markdown]
# # The theory, put to the test
#
# ## What is asked
#
# LSALSA is a network of T layers. Each layer does what an iteration of the solver SALSA does. It shrinks:
# u = soft(x + d). It mixes: x = S (W y + μ (u − d)). And it keeps account of how far x and u are apart: the new d is
# x − u more than the old one. In SALSA the matrix S is given: S = (μ I + AᵀA)⁻¹, with A the dictionary and y the
# signal. In LSALSA, S and W are learned.
#
# The paper that proposed LSALSA offers a theory of why this should help. It says, in short:
#
# 1. A trained network still descends on *some* cost function, a learned one (theorem 1).
# 2. If learning makes that cost curve more steeply, as many steps lead nearer to the solution (theorem 2).
# 3. How near, follows from bounds for alternating gradient steps (lemma 1, corollary 1, theorems 3 and 4).
#
# ## What was done
#
# Every statement was turned into something that a random instance can contradict: draw matrices (or a problem with
# known constants), compute both sides, compare. The comparison uses the definitions, not the paper's derivations:
# slopes are measured from values of the cost function, expectations are means over simulated runs. Where the paper's
# print cannot be right, a *corrected* form that can be proved stands beside the *printed* one, and both saw the same
# instances.
#
# An equation is measured by its relative error; it allows 0, up to rounding. An inequality is measured by its left
# side over its right side; it allows 1. A statement that no instance contradicts is not proved by that. One that a
# single instance contradicts is wrong.

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
# **Statement.** Replace ½‖y − A x‖² in the cost by ½ xᵀ(S⁻¹ − μ I) x − (W y)ᵀx + ½ yᵀy. Then the mixing step of a
# layer gives exactly the x that makes the new cost smallest, whatever S was learned.
#
# **Where it needs care.** The slope of xᵀM x is (M + Mᵀ) x, which is 2 M x for a symmetric M only. So S must be
# symmetric, or the step does not even land where the slope is zero. And where S has a negative eigenvalue, the place
# of slope zero is a saddle, not a minimum: the table shows how far the cost falls below its value there, as a share of
# the largest change over steps of one length. Gradient steps keep S neither symmetric nor positive
# definite. The supplement (equation 44) prints the cost without its factors ½, and then the step misses, too.

# %%
display(Markdown(about(outcomes, "Theorem 1", "Equation 44", "Remark 2")))

# %% [markdown]
# ## Equations 19, 20 and 30: the learned direction
#
# **Statement.** With W = Aᵀ and a symmetric S, the slope of the learned cost is SALSA's slope plus P x, where P = S⁻¹
# − (μ I + AᵀA): learning corrects the direction of descent.

# %%
display(Markdown(about(outcomes, "Equation 19", "Equation 20", "Equation 30")))

# %% [markdown]
# ## Supplement B: a layer sees all layers before it
#
# **Statement.** What is shrunk in a layer is a sum over W y and the outputs u of *all* layers before, with powers of
# I − μ S as weights; in LISTA a layer sees only the one before.
#
# **Where the print is wrong.** One sign (the term of the second to last layer), and the index: shrinking x(t) + d(t)
# gives u(t + 1), not u(t).

# %%
display(Markdown(about(outcomes, "Supplement B")))

# %% [markdown]
# ## Lemma 1 and corollary 1: how much one step gains
#
# **Statement.** On a function whose curvature lies between β and α, a gradient step of size η brings the distance to
# the minimum down by the factor 1 − η ξ, with ξ = 2αβ / (α + β). Corollary 1 says the same of one block of variables
# when others disturb it.
#
# **Where the print is wrong.** The textbook's lemma holds for the *square* of the distance. For the distance itself
# the factor is 1 − η β, and ξ is up to twice β: the print promises up to twice the gain. The two agree when α = β.

# %%
display(Markdown(about(outcomes, "Lemma 1", "Corollary 1")))

# %% [markdown]
# ## Theorem 3: a round of noisy steps
#
# **Statement.** Variables in K blocks, some to minimise over, some to maximise over, take turns in noisy gradient
# steps. The expected squared error after a round is at most (1 − q) times the error before it, plus a term for the
# noise.
#
# It inherits ξ from lemma 1. With steps so small that the noise does not hide it, the printed ξ promises too much.

# %%
display(Markdown(about(outcomes, "Theorem 3")))

# %% [markdown]
# ## Theorem 4: many rounds with falling steps
#
# **Statement.** With step sizes that fall like 1 / t, the error falls like 1 / t as well, and stays below a bound
# that is to follow from theorem 3.
#
# **Where the print is wrong.** It follows if q = 1.5 / (t + 2), and that needs 3K − 1 where the print has 2K − 1.
# With the printed steps theorem 3 allows errors above the bound. That breaks the proof; it does not make the bound
# false, and simulated runs, as well as a sharper form of theorem 3 (inequality 73), tell whether it is. Besides, the
# very first step can be larger than corollary 1 allows; a clock that begins later repairs that.

# %%
display(Markdown(about(outcomes, "Theorem 4")))
if "theory_bounds" in figures:
    display(Image(figures["theory_bounds"]))

# %% [markdown]
# ## Theorem 2: what learning is to gain
#
# **Statement.** If learning raises the curvature from β to b, the bound of theorem 4 falls by about (b² − β²) /
# (2βb)².
#
# The algebra can be checked. The conclusion compares two upper bounds, not two errors: a smaller bound does not make
# the error smaller. And it rests on premises that can be measured: that b is larger than β, with everything else (α,
# the noise, the solution) unchanged.

# %%
display(Markdown(about(outcomes, "Theorem 2")))

# %% [markdown]
# ## What trained encoders say
#
# For each LSALSA encoder that this study trained: β is the smallest eigenvalue of μ I + AᵀA, and b is 1 over the
# largest eigenvalue of the symmetric part of S. Theorem 2 assumes b > β. Theorem 1 needs a symmetric S. An encoder
# that training could not improve keeps its start values, for which b = β and S is symmetric.

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
