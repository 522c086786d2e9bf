"""Kinds of figures that only this paper has."""
