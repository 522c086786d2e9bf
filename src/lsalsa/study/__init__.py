"""The engine of the study: configuration, jobs, evaluation, tables and figures."""
