"""Write the API reference: python docs/reference.py FOLDER (make docs)."""

import sys
from pathlib import Path
from pkgutil import iter_modules

import pdoc

import lsalsa

# The package imports its public names when they are first used; pdoc reads only what is already there.
for name in lsalsa.__all__:
    setattr(lsalsa, name, getattr(lsalsa, name))
modules = [module.name for module in iter_modules(lsalsa.__path__, "lsalsa.")]
pdoc.render.configure(docformat="numpy")
pdoc.pdoc("lsalsa", *modules, output_directory=Path(sys.argv[1]))
