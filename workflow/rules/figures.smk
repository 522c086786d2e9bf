"""Figures that the configuration and the papers declare."""


rule make_figure:
    """Plot one figure of any kind, from the results that its kind needs."""
    input:
        unpack(made_from("figures")),
    output:
        png=report(
            "<results>/figures/{figure}.png",
            caption="../report/output.rst",
            category=CATEGORIES["figures"],
            labels=title("figures"),
        ),
        svg="<results>/figures/{figure}.svg",
    log:
        "<results>/logs/make_figure/{figure}.log",
    benchmark:
        "<results>/benchmarks/make_figure/{figure}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("make_figure"),
        gpu=0,
    params:
        settings=settings("make_figure"),
        source_hash=source_hash("make_figure"),
    script:
        "../../scripts/make_figure.py"
