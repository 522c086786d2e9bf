"""Figures, as declared in the configuration."""


rule make_figure:
    """One figure, from the results that its kind needs."""
    input:
        unpack(shown_in_figure),
    output:
        png=report(
            "<results>/figures/{figure}.png",
            caption="../report/figure.rst",
            category="Figures",
            labels=title("figures"),
        ),
        svg="<results>/figures/{figure}.svg",
    log:
        "<results>/logs/make_figure/{figure}.log",
    benchmark:
        "<results>/benchmarks/make_figure/{figure}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("make_figure"),
        gpu=0,
    params:
        settings=settings("make_figure"),
        code=code("make_figure"),
    script:
        "../../scripts/make_figure.py"
