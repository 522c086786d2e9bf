"""The LSALSA paper's theory put to the test: statements on random instances, its premises on trained encoders."""
