"""The nine test pictures in the code of CRsAE's authors."""

from lsalsa.data.picture_register import CRSAE_TEST9
from lsalsa.data.published_pictures import PublishedPictures

_source = PublishedPictures(CRSAE_TEST9)
own_files, load = _source.own_files, _source.load
