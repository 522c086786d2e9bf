"""The study around the library: configuration, jobs, evaluation, tables and figures."""
