"""Results for the tables of the CRsAE papers: filters that are learned, denoised pictures, spikes, and times."""


rule time_crsae_coders:
    """Time coders and convex solvers on windows. The job takes every core, so no other job runs meanwhile."""
    output:
        rows="<results>/crsae/speed/windows.parquet",
    log:
        "<results>/logs/time_crsae_coders.log",
    benchmark:
        "<results>/benchmarks/time_crsae_coders.tsv"
    conda:
        ENVIRONMENT
    threads: workflow.cores
    resources:
        mem_mb=memory("time_crsae_coders"),
        gpu=GPU,
    params:
        settings=settings("time_crsae_coders"),
        source_hash=source_hash("time_crsae_coders"),
    script:
        "scripts/time_crsae_coders.py"


rule time_crsae_stream:
    """Time the exact coder on whole recordings. The job takes every core, so no other job runs meanwhile."""
    output:
        rows="<results>/crsae/speed/streams.parquet",
    log:
        "<results>/logs/time_crsae_stream.log",
    benchmark:
        "<results>/benchmarks/time_crsae_stream.tsv"
    conda:
        ENVIRONMENT
    threads: workflow.cores
    resources:
        mem_mb=memory("time_crsae_stream"),
        gpu=0,
    params:
        settings=settings("time_crsae_stream"),
        source_hash=source_hash("time_crsae_stream"),
    script:
        "scripts/time_crsae_stream.py"
