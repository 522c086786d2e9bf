"""BSD68: 68 grey test photographs of the Berkeley set, the usual ones of denoising."""

from lsalsa.data.picture_register import BSD68
from lsalsa.data.published_pictures import PublishedPictures

_source = PublishedPictures(BSD68)
own_files, load = _source.own_files, _source.load
