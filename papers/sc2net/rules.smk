"""Results for the tables of the SC2Net paper: dictionaries, variants, solvers step by step, recovered supports."""

from papers.sc2net.variants import variants_of


wildcard_constraints:
    variant=one_of(variants_of(study.sc2net)),
    dictionary="fitted|as_released",


rule learn_sc2net_dictionary:
    """Learn dictionaries of whole images, one per repetition, in one job."""
    input:
        images="<results>/images/{images}.npz",
    output:
        dictionaries="<results>/sc2net/dictionaries/{images}/{dictionary}.npz",
    log:
        "<results>/logs/learn_sc2net_dictionary/{images}/{dictionary}.log",
    benchmark:
        "<results>/benchmarks/learn_sc2net_dictionary/{images}/{dictionary}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("learn_sc2net_dictionary"),
        gpu=0,
    params:
        settings=settings("learn_sc2net_dictionary"),
        source_hash=source_hash("learn_sc2net_dictionary"),
    script:
        "scripts/learn_sc2net_dictionary.py"


rule run_sc2net_variant:
    """Train one variant and classify its codes, all repetitions in one job."""
    input:
        images="<results>/images/{images}.npz",
        dictionaries=lambda w: f"{RESULTS}/sc2net/dictionaries/{w.images}/{variants_of(study.sc2net)[w.variant]['dictionary']}.npz",
    output:
        rows="<results>/sc2net/variants/{images}/{variant}.parquet",
        history="<results>/sc2net/variants/{images}/{variant}_history.parquet",
    log:
        "<results>/logs/run_sc2net_variant/{images}/{variant}.log",
    benchmark:
        "<results>/benchmarks/run_sc2net_variant/{images}/{variant}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("run_sc2net_variant"),
        gpu=GPU,
    params:
        settings=settings("run_sc2net_variant"),
        source_hash=source_hash("run_sc2net_variant"),
    script:
        "scripts/run_sc2net_variant.py"


rule follow_sc2net_solvers:
    """Compute the objective of the solvers after some of their iterations."""
    input:
        images="<results>/images/{images}.npz",
        dictionaries="<results>/sc2net/dictionaries/{images}/fitted.npz",
    output:
        rows="<results>/sc2net/solvers/{images}.parquet",
    log:
        "<results>/logs/follow_sc2net_solvers/{images}.log",
    benchmark:
        "<results>/benchmarks/follow_sc2net_solvers/{images}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("follow_sc2net_solvers"),
        gpu=GPU,
    params:
        settings=settings("follow_sc2net_solvers"),
        source_hash=source_hash("follow_sc2net_solvers"),
    script:
        "scripts/follow_sc2net_solvers.py"


rule recover_sc2net_support:
    """Recover the support of synthetic codes by every method."""
    output:
        rows="<results>/sc2net/support.parquet",
    log:
        "<results>/logs/recover_sc2net_support.log",
    benchmark:
        "<results>/benchmarks/recover_sc2net_support.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("recover_sc2net_support"),
        gpu=0,
    params:
        settings=settings("recover_sc2net_support"),
        source_hash=source_hash("recover_sc2net_support"),
    script:
        "scripts/recover_sc2net_support.py"
