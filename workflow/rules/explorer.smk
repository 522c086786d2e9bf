"""The explorer: one page of a study on which a reader picks task, method, depth and sample."""


rule make_explorer:
    """Write the page, with its data inside and without links to the web."""
    input:
        unpack(shown_by_explorer),
    output:
        page=report(
            "<results>/explorer.html",
            caption="../report/explorer.rst",
            category=CATEGORIES["explorer"],
            labels={"title": "Explorer: pick task, method, depth and sample"},
        ),
    log:
        "<results>/logs/make_explorer.log",
    benchmark:
        "<results>/benchmarks/make_explorer.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("make_explorer"),
        gpu=0,
    params:
        settings=settings("make_explorer"),
        source_hash=source_hash("make_explorer"),
    script:
        "../../scripts/make_explorer.py"
