"""The theory of the LSALSA paper: its statements on random instances, its premises on trained encoders."""


rule check_theory:
    """Try every statement, as printed and as corrected, on random instances."""
    output:
        checks="<results>/theory/checks.parquet",
        curves="<results>/theory/curves.parquet",
        csv="<results>/tables/theory.csv",
        markdown="<results>/tables/theory.md",
        page=report("<results>/tables/theory.html", caption="../report/theory.rst", category="Theory"),
    log:
        "<results>/logs/check_theory.log",
    benchmark:
        "<results>/benchmarks/check_theory.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("check_theory"),
        gpu=0,
    params:
        settings=settings("check_theory"),
        code=code("check_theory"),
    script:
        "../../scripts/check_theory.py"


rule measure_premise:
    """Measure on every trained LSALSA encoder what the theorems assume of it."""
    input:
        unpack(measured_for_premise),
    output:
        premise="<results>/theory/premise.parquet",
        csv="<results>/tables/theory_premise.csv",
        markdown="<results>/tables/theory_premise.md",
        page=report("<results>/tables/theory_premise.html", caption="../report/theory.rst", category="Theory"),
    log:
        "<results>/logs/measure_premise.log",
    benchmark:
        "<results>/benchmarks/measure_premise.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("measure_premise"),
        gpu=0,
    params:
        settings=settings("measure_premise"),
        code=code("measure_premise"),
    script:
        "../../scripts/measure_premise.py"


rule draw_theory:
    """Draw the bounds that were checked, or the premises that were measured."""
    input:
        rows=lambda w: f"{RESULTS}/theory/{'curves' if w.theory_figure == 'bounds' else 'premise'}.parquet",
    output:
        png=report("<results>/figures/theory_{theory_figure}.png", caption="../report/theory.rst", category="Theory"),
        svg="<results>/figures/theory_{theory_figure}.svg",
    log:
        "<results>/logs/draw_theory/{theory_figure}.log",
    benchmark:
        "<results>/benchmarks/draw_theory/{theory_figure}.tsv"
    wildcard_constraints:
        theory_figure="bounds|premise",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("draw_theory"),
        gpu=0,
    params:
        settings=settings("draw_theory"),
        code=code("draw_theory"),
    script:
        "../../scripts/draw_theory.py"
