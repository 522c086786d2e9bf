"""Set12: twelve of the usual test pictures."""

from lsalsa.data.picture_register import SET12
from lsalsa.data.published_pictures import PublishedPictures

_source = PublishedPictures(SET12)
own_files, load = _source.own_files, _source.load
