"""Distance to the optimal codes: depths down, methods across."""

from functools import partial

from lsalsa.study.quantities import RMSE
from lsalsa.study.tables._by_depth import by_depth

needs = ("evaluation", "published")
subject = "task"
options = ("published",)
caption = (
    "Root mean squared difference between the codes and the optimal codes, over all test samples. Smaller is better."
)

make = partial(by_depth, RMSE)
