"""Notebooks: pages that explain the tables and figures."""


rule render_notebook:
    """Run one notebook on its tables and figures, and write it as a page without links to the web."""
    input:
        source=source_of_notebook,
        tables=tables_of_notebook,
        figures=figures_of_notebook,
        data=data_of_notebook,
    output:
        notebook="<results>/notebooks/{notebook}.ipynb",
        page=report(
            "<results>/notebooks/{notebook}.html",
            caption="../report/notebook.rst",
            category=CATEGORIES["notebooks"],
            labels=chapter,
        ),
    log:
        "<results>/logs/render_notebook/{notebook}.log",
    benchmark:
        "<results>/benchmarks/render_notebook/{notebook}.tsv"
    conda:
        "../../envs/notebooks.yaml"
    threads: 1
    resources:
        mem_mb=memory("render_notebook"),
        gpu=0,
    params:
        settings=settings("render_notebook"),
        source_hash=source_hash("render_notebook", source=lambda w: plugins.notebooks()[w.notebook]),
    script:
        "../../scripts/render_notebook.py"
