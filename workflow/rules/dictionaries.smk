"""Dictionaries, one per component."""


rule learn_dictionary:
    """Learn the dictionary of one component from its train patches."""
    input:
        patches="<results>/patches/{component}.npz",
    output:
        dictionary="<results>/dictionaries/{component}.npz",
        history="<results>/dictionaries/{component}.parquet",
    log:
        "<results>/logs/learn_dictionary/{component}.log",
    benchmark:
        "<results>/benchmarks/learn_dictionary/{component}.tsv"
    priority: 1  # many jobs wait for it, and it needs two cores at once
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=memory("learn_dictionary"),
        gpu=GPU,
    params:
        settings=settings("learn_dictionary"),
        source_hash=source_hash("learn_dictionary"),
    script:
        "../../scripts/learn_dictionary.py"
