# %% [markdown]
# # Sources of mixtures: searched for longer
#
# ## The question
#
# Taking a mixture apart is what the LSALSA paper is about, and a separation is worth what its sources are worth. In the
# laptop study LSALSA trained for the sources has the best of both with one layer, and not with three to ten. Is that
# the network, or the search, which there compares eight candidates for a few epochs? And is it LSALSA that gains from
# training for the sources, or does every network?
#
# ## What was done
#
# LISTA and LSALSA were trained for sources, and on MNIST + CIFAR-10 for codes as well: the same two losses, the same
# optimiser (Adam), batches, epochs and number of candidates for both. Plain SALSA stands beside them, chosen by the
# distance of its codes and by the objective. Images, patches, dictionaries and optimal codes are those of the laptop
# study.
#
# *How to read it.* PSNR in decibels of each reconstructed source against the true one, higher is better: 6 dB more is
# half the error. The loss *sources* is the squared error of the reconstructed sources plus that of the codes, so its
# networks need not have the nearest codes. Distances of codes stand in the tables below.

# %% tags=["parameters"]
title = "Sources of mixtures: searched for longer"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from lsalsa.study.pages.cells import head, show_figures, show_tables
from lsalsa.study.summaries.findings import read_page

_, texts, _ = read_page(tables)
head(title, study, tables, figures)

# %% [markdown]
# ## At a glance

# %%
show_figures(figures.values())

# %% [markdown]
# ## All numbers

# %%
show_tables(texts.values())
