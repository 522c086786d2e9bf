"""Optimal codes, which every method is measured against."""


rule optimal_codes:
    """Solve one task to a certified duality gap, in every split; the problem itself is written beside."""
    input:
        signals="<results>/signals/{task}.npz",
        dictionaries=dictionaries_of_task,
    output:
        problem="<results>/problems/{task}.npz",
        train="<results>/codes/{task}/train.npz",
        validation="<results>/codes/{task}/validation.npz",
        labelled="<results>/codes/{task}/labelled.npz",
        test="<results>/codes/{task}/test.npz",
    log:
        "<results>/logs/optimal_codes/{task}.log",
    benchmark:
        "<results>/benchmarks/optimal_codes/{task}.tsv"
    priority: 1  # much waits for it, and it waits for two cores at once
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=memory("optimal_codes"),
        gpu=GPU,
    params:
        settings=settings("optimal_codes"),
        source_hash=source_hash("optimal_codes"),
    script:
        "../../scripts/optimal_codes.py"
