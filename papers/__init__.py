"""The papers of the study, one folder each: a paper's claims, and what compares them with our own results."""
