"""CBSD432: 432 train photographs of the Berkeley set, those of BSDS500 that are not in BSD68, made grey."""

from lsalsa.data.picture_register import CBSD432
from lsalsa.data.published_pictures import PublishedPictures

_source = PublishedPictures(CBSD432)
own_files, load = _source.own_files, _source.load
