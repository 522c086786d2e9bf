"""Kinds of figures that only CRsAE has: `kind: crsae.<file>`."""
