"""Sources of pictures: a module of this folder is a source, and its file's name is the name of the source.

The contract is that of `lsalsa.data.sources`, with `lsalsa.data.pictures.Pictures` instead of an `ImageSet` and without
a seed: nothing is chosen by chance, nothing is scaled, and every picture keeps its size. Colour becomes grey as
Pillow's mode L has it, 0.299 R + 0.587 G + 0.114 B in whole numbers.
"""
