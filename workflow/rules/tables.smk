"""Tables that the configuration and the papers declare."""


rule make_table:
    """Write one table of any kind, from the results that its kind needs."""
    input:
        unpack(made_from("tables")),
    output:
        page=report(
            "<results>/tables/{table}.html",
            caption="../report/output.rst",
            category=CATEGORIES["tables"],
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
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("make_table"),
        gpu=0,
    params:
        settings=settings("make_table"),
        source_hash=source_hash("make_table"),
    script:
        "../../scripts/make_table.py"
