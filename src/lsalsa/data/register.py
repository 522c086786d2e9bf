"""The published data sets: each file with its size, checksum and addresses; each set with its licence and citation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lsalsa.errors import ConfigError


@dataclass(frozen=True)
class PublishedFile:
    """One file of a data set.

    Attributes
    ----------
    name : str
        Its name in the cache and at every address.
    bytes : int
        Its size.
    sha256 : str
        Its checksum, 64 hexadecimal digits.
    urls : tuple of str
        Where it is published, in the order in which they are tried.
    """

    name: str
    bytes: int
    sha256: str
    urls: tuple[str, ...]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ConfigError(f"{self.name} needs a sha256 of 64 hexadecimal digits, found {self.sha256!r}")
        if self.bytes <= 0:
            raise ConfigError(f"{self.name} needs its size in bytes, found {self.bytes}")
        if not self.urls or not all(re.fullmatch(r"https?://[^/\s]+/\S+", url) for url in self.urls):
            raise ConfigError(f"{self.name} needs at least one address, http or https, found {self.urls}")


@dataclass(frozen=True)
class Published:
    """What a result says of a published set.

    Attributes
    ----------
    name : str
        Its folder in the cache and under `data_dir`, and its source in a configuration.
    title, licence, citation : str
        Written into every result that is made from it.
    """

    name: str
    title: str
    licence: str
    citation: str

    @property
    def source(self) -> dict[str, str]:
        """Facts that everything made from it carries."""
        return {"name": self.title, "licence": self.licence, "citation": self.citation}


@dataclass(frozen=True)
class DataSet(Published):
    """A published data set of images of one size, or of images that are brought to one.

    Attributes
    ----------
    class_names : tuple of str
        In the order of the published labels.
    n_train, n_test : int
        Images of the two sides that the papers work with.
    side : int
        Height and width that they work with.
    files : tuple of PublishedFile
    folders : tuple of str
        Other names that its folder under `data_dir` may have.
    """

    class_names: tuple[str, ...]
    n_train: int
    n_test: int
    side: int
    files: tuple[PublishedFile, ...]
    folders: tuple[str, ...] = ()


def mirrored(bases: tuple[str, ...], table: str) -> tuple[PublishedFile, ...]:
    """Files of a table with lines `name bytes sha256`; each base address has all of them."""
    rows = [line.split() for line in table.strip().splitlines()]
    return tuple(
        PublishedFile(name, int(size), sha256, tuple(base + name for base in bases)) for name, size, sha256 in rows
    )


CIFAR10 = DataSet(
    name="cifar10",
    title="CIFAR-10",
    licence="none stated by its authors, who ask to be cited",
    citation="A. Krizhevsky: Learning multiple layers of features from tiny images, University of Toronto, 2009",
    class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    n_train=50_000,
    n_test=10_000,
    side=32,
    files=mirrored(
        ("https://www.cs.toronto.edu/~kriz/",),
        "cifar-10-binary.tar.gz 170052171 c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ),
)

ASIRRA = DataSet(
    name="asirra",
    title="ASIRRA (Kaggle dogs vs. cats)",
    licence="non-commercial research only; not to be published again without permission of Microsoft Research",
    citation="J. Elson, J. R. Douceur, J. Howell, J. Saul: Asirra: a CAPTCHA that exploits interest-aligned manual "
    "image categorization, ACM CCS, 2007",
    class_names=("cat", "dog"),
    n_train=4_000,
    n_test=1_000,
    side=224,
    files=mirrored(
        ("https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/",),
        "kagglecatsanddogs_5340.zip 824887076 b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
    ),
    folders=("cats_dogs",),
)

FASHION_MNIST = DataSet(
    name="fashion_mnist",
    title="Fashion-MNIST",
    licence="MIT",
    citation="H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning "
    "algorithms, arXiv:1708.07747, 2017",
    class_names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    n_train=60_000,
    n_test=10_000,
    side=28,
    files=mirrored(
        (
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        """
        t10k-images-idx3-ubyte.gz   4422102 346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073
        t10k-labels-idx1-ubyte.gz      5148 67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5
        train-images-idx3-ubyte.gz 26421880 3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84
        train-labels-idx1-ubyte.gz    29515 a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845
        """,
    ),
)

MNIST = DataSet(
    name="mnist",
    title="MNIST",
    licence="CC BY-SA 3.0",
    citation="Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition, "
    "Proceedings of the IEEE 86(11), 1998",
    class_names=tuple("0123456789"),
    n_train=60_000,
    n_test=10_000,
    side=28,
    files=mirrored(
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ),
        """
        t10k-images-idx3-ubyte.gz  1648877 8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6
        t10k-labels-idx1-ubyte.gz     4542 f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6
        train-images-idx3-ubyte.gz 9912422 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609
        train-labels-idx1-ubyte.gz   28881 3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c
        """,
    ),
)

DATA_SETS = {data_set.name: data_set for data_set in (ASIRRA, CIFAR10, FASHION_MNIST, MNIST)}
