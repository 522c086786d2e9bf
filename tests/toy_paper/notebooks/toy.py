# %% tags=["parameters"]
title = ""
study = ""
results = ""
tables = {}
figures = {}
methods = {}

# %%
from IPython.display import Markdown

from lsalsa.study.summaries.findings import read_page

_, texts, _ = read_page(tables)
Markdown(texts["toy_brightness"])
