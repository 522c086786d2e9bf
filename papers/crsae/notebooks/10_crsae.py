# %% [markdown]
# # CRsAE: filters learned by a recurrent auto-encoder
#
# ## The question
#
# A recording of the brain is a sum of spikes: each neuron has a wave form of its own, and it occurs at a few
# moments. A photograph is a sum of edges and bars in the same way. Such signals have *convolutional* sparse codes: a
# few short filters, each of them at a few places, y = Σ h_c * x_c + noise. Two things are unknown, the filters h and
# the places x.
#
# Tolooshams, Dey and Ba (2018, 2020) learn both with one network. Its encoder is T steps of FISTA, a solver for the
# places; its decoder puts the filters back at these places. Both use the same filters, so the network has no other
# weights. They call it CRsAE, the constrained recurrent sparse auto-encoder. The thresholds of the encoder, which
# decide how small a spike may be, can be learned as well: *conventionally*, by the gradient of the reconstruction,
# or *EM-inspired*, by a rule with a prior that statistics gives.
#
# The abstract of their paper claims that
#
# - **(a)** on photographs the filters become Gabor-like: small oriented waves, as in the visual cortex;
# - **(b)** the EM-inspired rule for the thresholds is superior to the conventional one;
# - **(c)** on recordings of the brain the filters become realistic spikes;
# - **(d)** the network finds spike times 900 times faster than convex optimisation.
#
# Only the abstract is public to us. What stands beside our numbers are the results that the authors committed with
# their code: *their logged runs*.

# %% tags=["parameters"]
title = "CRsAE: filters learned by a recurrent auto-encoder"
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


def draw(*names):
    """The figures of these names that the study has."""
    for name in names:
        if name in figures:
            display(Image(figures[name]))


def show(name, *drawn):
    """What a table's numbers say, figures, and the table itself."""
    if name not in tables:
        return None
    table, _, sentences = texts[name].partition("\n\n- ")
    display(Markdown(f"- {sentences}" if sentences else ""))
    draw(*drawn)
    return display(Markdown("#" + table))


Markdown(f"**{title}.** Study `{study}`, tables {', '.join(tables) or 'none'}.")

# %% [markdown]
# ## Do the claims hold?
#
# The verdicts come from the table `claims`, which judges all papers by one rule.

# %%
judged = [row for row in numbers.get("claims", []) if row["paper"] == "crsae"]
Markdown("\n".join(f"- {finding(row)}" for row in judged))

# %% [markdown]
# ## One network, three readings
#
# Each step of FISTA takes what the filters do not explain yet, looks where the filters fit it, and thresholds. All
# steps are alike, so the encoder is a recurrent network. Each adds to what it got, so it is a residual network too.

# %%
draw("crsae_encoder")

# %% [markdown]
# ## Photographs without their noise
#
# Noise of standard deviation 20 (of 255 grey levels) is added to photographs. The network codes them and puts the
# filters back together; what the filters cannot explain is gone. The quality is the PSNR in decibels: +1 dB means a
# fifth less squared error. *Arms* differ in two things only. The thresholds follow EM, learn from the reconstruction
# (free), or stay as they are (fixed). And the network sees clean pictures as targets, or nothing but noisy ones.

# %%
show("crsae_denoising", "crsae_denoised")

# %%
show("crsae_denoising_pictures")

# %% [markdown]
# ## Are the filters Gabor-like?
#
# A Gabor function is a wave under a bell. Its fit explains a share R² of a filter. A round blob also fits well, so
# the selectivity for orientation stands beside it: 0 for a filter that prefers no direction, 1 for a grating.

# %%
show("crsae_denoising_gabor", "crsae_filters")

# %% [markdown]
# ## Other depths, other noise, other rates

# %%
show("crsae_denoising_sweeps", "crsae_sweeps")

# %% [markdown]
# ## Learning known filters
#
# In a simulation the true filters are known. The error of a filter is the sine of its angle to the true one, over
# all shifts: 0 for the same shape, 1 for nothing in common. It shows what the abstract does not mention: Adam,
# followed by scaling the filters to norm 1, drifts away even from the true filters. The gradient mostly asks for
# *larger* filters, which the scaling takes back, and Adam turns this into steps that change their shape. Taking that
# part out of the gradient first, a *tangent* step, cures it.

# %%
show("crsae_simulation", "crsae_simulation", "crsae_simulation_filters")

# %%
show("crsae_simulation_snr")

# %% [markdown]
# ## Spikes in a recording
#
# A neuron's spike looks the same each time, so sorting spikes means to find the wave forms and their moments. Where
# the true moments are known, two mistakes count: spikes that are missed, and spikes that were none.

# %%
show("crsae_spikes", "crsae_spikes", "crsae_templates")

# %% [markdown]
# ## Nine hundred times faster?
#
# It depends on what one compares with, and at which accuracy. All solvers below get the same windows, filters and
# penalty, and one ruler measures all of them: the relative duality gap, which bounds how far a code is from the best
# one. The *exact coder* is ours, not the paper's. It uses that a spike changes the code in its neighbourhood only.

# %%
show("crsae_speed", "crsae_speed")
