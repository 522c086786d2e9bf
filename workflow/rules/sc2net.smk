"""The tables of the SC2Net paper: only where the configuration has a block `sc2net`."""


wildcard_constraints:
    arm=one_of(sc2net.arms_of(study.sc2net) if study.sc2net else []),
    dictionary="fitted|as_released",
    sc2net_table=one_of(sc2net.tables_of(study.sc2net)),
    sc2net_figure=one_of(sc2net.figures_of(study.sc2net)),


rule learn_sc2net_dictionary:
    """Dictionaries of whole images, one per repetition, in one job."""
    input:
        images="<results>/images/{images}.npz",
    output:
        dictionaries="<results>/sc2net/dictionaries/{images}/{dictionary}.npz",
    log:
        "<results>/logs/learn_sc2net_dictionary/{images}/{dictionary}.log",
    benchmark:
        "<results>/benchmarks/learn_sc2net_dictionary/{images}/{dictionary}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("learn_sc2net_dictionary"),
        gpu=0,
    params:
        settings=settings("learn_sc2net_dictionary"),
        code=code("learn_sc2net_dictionary"),
    script:
        "../../scripts/learn_sc2net_dictionary.py"


rule run_sc2net_arm:
    """One method under one circumstance: trained, its codes classified; all repetitions in one job."""
    input:
        images="<results>/images/{images}.npz",
        dictionaries=dictionary_of_arm,
    output:
        rows="<results>/sc2net/arms/{images}/{arm}.parquet",
        history="<results>/sc2net/arms/{images}/{arm}_history.parquet",
    log:
        "<results>/logs/run_sc2net_arm/{images}/{arm}.log",
    benchmark:
        "<results>/benchmarks/run_sc2net_arm/{images}/{arm}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("run_sc2net_arm"),
        gpu=GPU,
    params:
        settings=settings("run_sc2net_arm"),
        code=code("run_sc2net_arm"),
    script:
        "../../scripts/run_sc2net_arm.py"


rule recover_sc2net_support:
    """Recovery of the support of synthetic codes by every method."""
    output:
        rows="<results>/sc2net/support.parquet",
    log:
        "<results>/logs/recover_sc2net_support.log",
    benchmark:
        "<results>/benchmarks/recover_sc2net_support.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("recover_sc2net_support"),
        gpu=0,
    params:
        settings=settings("recover_sc2net_support"),
        code=code("recover_sc2net_support"),
    script:
        "../../scripts/recover_sc2net_support.py"


rule make_sc2net_table:
    """One table of the SC2Net paper or beyond, the paper's numbers beside ours."""
    input:
        rows=lambda wildcards: rows_of_sc2net(wildcards.sc2net_table, ""),
        images=lambda wildcards: images_of_sc2net(wildcards.sc2net_table),
        paper=of_repository("workflow/reference/sc2net_table_1.csv"),
    output:
        page=report(
            "<results>/tables/{sc2net_table}.html",
            caption="../report/sc2net.rst",
            category="Tables",
            labels=lambda wildcards: {"title": sc2net.TITLES[wildcards.sc2net_table]},
        ),
        csv="<results>/tables/{sc2net_table}.csv",
        markdown="<results>/tables/{sc2net_table}.md",
        latex="<results>/tables/{sc2net_table}.tex",
    log:
        "<results>/logs/make_sc2net_table/{sc2net_table}.log",
    benchmark:
        "<results>/benchmarks/make_sc2net_table/{sc2net_table}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=memory("make_sc2net_table"),
    params:
        settings=settings("make_sc2net_table"),
        code=code("make_sc2net_table"),
    script:
        "../../scripts/make_sc2net_table.py"


rule make_sc2net_figure:
    """The figure of a sweep."""
    input:
        rows=lambda wildcards: rows_of_sc2net(wildcards.sc2net_figure, ""),
        images=lambda wildcards: images_of_sc2net(wildcards.sc2net_figure),
        histories=lambda wildcards: rows_of_sc2net(wildcards.sc2net_figure, "_history"),
    output:
        png=report(
            "<results>/figures/{sc2net_figure}.png",
            caption="../report/sc2net.rst",
            category="Figures",
            labels=lambda wildcards: {"title": sc2net.TITLES[wildcards.sc2net_figure]},
        ),
        svg="<results>/figures/{sc2net_figure}.svg",
    log:
        "<results>/logs/make_sc2net_figure/{sc2net_figure}.log",
    benchmark:
        "<results>/benchmarks/make_sc2net_figure/{sc2net_figure}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=memory("make_sc2net_figure"),
    params:
        settings=settings("make_sc2net_figure"),
        code=code("make_sc2net_figure"),
    script:
        "../../scripts/make_sc2net_figure.py"
