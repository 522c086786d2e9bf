"""Optimal codes: every method is compared with them."""


rule optimal_codes:
    """Solve one task to a certified duality gap, in every split; write the problem as well."""
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
    priority: 1  # many jobs wait for it, and it needs two cores at once
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
