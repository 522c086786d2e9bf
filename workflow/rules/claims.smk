"""The claims of the paper, each with the verdict of this study."""


rule make_claims:
    """Judge every claim on the results of all tasks."""
    input:
        unpack(judged),
    output:
        page=report(
            "<results>/tables/claims.html",
            caption="../report/claims.rst",
            category="Claims",
        ),
        csv="<results>/tables/claims.csv",
        markdown="<results>/tables/claims.md",
        latex="<results>/tables/claims.tex",
    log:
        "<results>/logs/make_claims.log",
    benchmark:
        "<results>/benchmarks/make_claims.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("make_claims"),
        gpu=0,
    params:
        settings=settings("make_claims"),
        code=code("make_claims"),
    script:
        "../../scripts/make_claims.py"
