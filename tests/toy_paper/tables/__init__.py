"""Kinds of tables that only this paper has."""
