"""The theory of the LSALSA paper: its statements on random instances, its assumptions on trained encoders."""

from papers.lsalsa.paper import measured


rule check_theory:
    """Try every statement, as printed and as corrected, on random instances."""
    output:
        checks="<results>/theory/checks.parquet",
        curves="<results>/theory/curves.parquet",
    log:
        "<results>/logs/check_theory.log",
    benchmark:
        "<results>/benchmarks/check_theory.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("check_theory"),
        gpu=0,
    params:
        settings=settings("check_theory"),
        source_hash=source_hash("check_theory"),
    script:
        "scripts/check_theory.py"


rule measure_assumptions:
    """Measure on every trained LSALSA encoder what the theorems assume."""
    input:
        unpack(lambda wildcards: {name: results(paths) for name, paths in measured(study).items()}),
    output:
        assumptions="<results>/theory/assumptions.parquet",
    log:
        "<results>/logs/measure_assumptions.log",
    benchmark:
        "<results>/benchmarks/measure_assumptions.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("measure_assumptions"),
        gpu=0,
    params:
        settings=settings("measure_assumptions"),
        source_hash=source_hash("measure_assumptions"),
    script:
        "scripts/measure_assumptions.py"
