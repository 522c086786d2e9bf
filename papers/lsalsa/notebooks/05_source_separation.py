# %% [markdown]
# # Two dictionaries: taking a mixture apart
#
# ## The question
#
# Two images are added, pixel by pixel: y = y₁ + y₂. Only the sum is given. Let the first image be sparse in a
# dictionary A₁ and the second in a dictionary A₂. Then a sparse code of the sum in both together, y ≈ A₁ x₁ + A₂ x₂,
# separates them: A₁ x₁ is the first image and A₂ x₂ the second. The wanted code makes ½‖y − A₁ x₁ − A₂ x₂‖² + α₁‖x₁‖₁ +
# α₂‖x₂‖₁ smallest. It is the same problem as with one dictionary, but larger. It is also harder, because atoms of the
# two dictionaries resemble each other.
#
# ## What was done
#
# Each dictionary was learned alone, from unmixed train patches. Patches of train images were mixed for training,
# patches of test images for testing. No method sees the two sources: the learned methods get only mixtures and their
# optimal codes. SALSA is shown with the better of its two read-outs at each T, LSALSA with the one that the paper
# prints; the page "Beyond the paper" has all of them. "LSALSA (for sources)", where it is shown, goes beyond the paper:
# it is trained for the two images A₁ x₁ and A₂ x₂ of the optimal code as well as for the code, with the better of both
# read-outs.

# %% tags=["parameters"]
title = "Two dictionaries: taking a mixture apart"
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from IPython.display import Markdown, display

from lsalsa.study.pages.cells import head, show_figures, show_tables
from lsalsa.study.summaries.findings import by_component, catching_up, comparison, failures, ranking, read_page

labels = {name: method["label"] for name, method in methods.items()}
rows_of, texts, title_of = read_page(tables)
head(title, study, tables, figures)

# %% [markdown]
# ## What comes out
#
# In the pictures of separated images the first row is the truth, which no method has seen. The second row is the
# separation by the optimal code: the goal of every method here. Each further row is one method after T steps.
# Shown are samples whose every source can be seen.

# %%
show_figures(figures.values())

# %% [markdown]
# ## What the numbers say
#
# What a separation is for is its sources. PSNR says how near each comes to the true image, one constant grey and the
# optimal code give its scale. SI-SDR leaves out brightness and contrast. The distance of the codes (RMSE) is about both
# parts together, and it can have another order: the mean grey level of a photograph hangs on very few directions of a
# code, which its RMSE hardly sees. Sentences below the tables name every such case.

# %%
for name, rows in rows_of.items():
    for component, part in by_component(rows).items():
        verdict = comparison(part, ("lsalsa", 1), [("fista", 10), ("lista", 1)], labels)
        where = f"`{name}`, {component}" if component else f"`{name}`"
        display(Markdown(f"**{title_of[name]}** ({where}). {verdict} {catching_up(part, ('lsalsa', 1), labels)}"))
        display(Markdown(f"All methods, best first, at {ranking(part, 1, labels)}"))

# %% [markdown]
# ## All numbers

# %%
show_tables(texts.values())

# %% [markdown]
# ## What did not work
#
# A training that blows up (*diverged*) or ends with only zeros (*collapsed*) is a result as well. The means leave out
# such runs; this list names them.

# %%
Markdown(failures(rows_of, title_of, labels))
