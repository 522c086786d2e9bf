"""Hyper-parameters, chosen on the validation split, and trained encoders."""


rule search_solver:
    """Choose the hyper-parameters of one solver at each of its depths."""
    input:
        problem="<results>/problems/{task}.npz",
        signals="<results>/signals/{task}.npz",
        validation="<results>/codes/{task}/validation.npz",
    output:
        search="<results>/search/{task}/{method}.parquet",
    log:
        "<results>/logs/search_solver/{task}/{method}.log",
    benchmark:
        "<results>/benchmarks/search_solver/{task}/{method}.tsv"
    wildcard_constraints:
        method=one_of(SOLVERS),
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("search_solver"),
        gpu=GPU,
    params:
        settings=settings("search_solver"),
        source_hash=source_hash("search_solver"),
    script:
        "../../scripts/search_solver.py"


rule search_encoder:
    """Choose the hyper-parameters of one encoder at one depth."""
    input:
        problem="<results>/problems/{task}.npz",
        signals="<results>/signals/{task}.npz",
        train="<results>/codes/{task}/train.npz",
        validation="<results>/codes/{task}/validation.npz",
    output:
        search="<results>/search/{task}/{method}/depth_{depth}.parquet",
    log:
        "<results>/logs/search_encoder/{task}/{method}/depth_{depth}.log",
    benchmark:
        "<results>/benchmarks/search_encoder/{task}/{method}/depth_{depth}.tsv"
    wildcard_constraints:
        method=one_of(ENCODERS),
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("search_encoder"),
        gpu=GPU,
    params:
        settings=settings("search_encoder"),
        source_hash=source_hash("search_encoder"),
    script:
        "../../scripts/search_encoder.py"


rule train_encoder:
    """Train one encoder at one depth, all repetitions in one job."""
    input:
        problem="<results>/problems/{task}.npz",
        signals="<results>/signals/{task}.npz",
        train="<results>/codes/{task}/train.npz",
        validation="<results>/codes/{task}/validation.npz",
        search="<results>/search/{task}/{method}/depth_{depth}.parquet",
    output:
        encoders=repetitions("<results>/encoders/{task}/{method}/depth_{depth}/repetition_{repetition}.npz"),
        history="<results>/encoders/{task}/{method}/depth_{depth}.parquet",
    log:
        "<results>/logs/train_encoder/{task}/{method}/depth_{depth}.log",
    benchmark:
        "<results>/benchmarks/train_encoder/{task}/{method}/depth_{depth}.tsv"
    wildcard_constraints:
        method=one_of(ENCODERS),
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("train_encoder"),
        gpu=GPU,
    params:
        settings=settings("train_encoder"),
        source_hash=source_hash("train_encoder"),
    script:
        "../../scripts/train_encoder.py"
