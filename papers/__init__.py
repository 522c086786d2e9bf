"""The papers of the study, one folder each: what a paper claims, and how it is held against our own results."""
