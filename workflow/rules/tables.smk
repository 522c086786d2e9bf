"""Tables, as declared in the configuration."""


rule make_table:
    """One table from the evaluations of its methods, the paper's numbers beside them."""
    input:
        unpack(shown_in_table),
    output:
        page=report(
            "<results>/tables/{table}.html",
            caption="../report/table.rst",
            category="Tables",
            labels=title("tables"),
        ),
        csv="<results>/tables/{table}.csv",
        markdown="<results>/tables/{table}.md",
        latex="<results>/tables/{table}.tex",
    log:
        "<results>/logs/make_table/{table}.log",
    benchmark:
        "<results>/benchmarks/make_table/{table}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("make_table"),
        gpu=0,
    params:
        settings=settings("make_table"),
        code=code("make_table"),
    script:
        "../../scripts/make_table.py"
