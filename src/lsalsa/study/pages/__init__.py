"""Tables and notebooks in print: CSV, Markdown, LaTeX, HTML."""
