"""Kinds of tables that only CRsAE has: `kind: crsae.<file>`."""
