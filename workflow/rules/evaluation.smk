"""Score every method on the test split: accuracy, sparsity, classification, time."""


rule train_classifier:
    """Fit the classifiers of one task on its optimal codes, one per component and protocol."""
    input:
        problem="<results>/problems/{task}.npz",
        signals="<results>/signals/{task}.npz",
        labelled="<results>/codes/{task}/labelled.npz",
        test="<results>/codes/{task}/test.npz",
    output:
        classifiers="<results>/classifiers/{task}.npz",
    log:
        "<results>/logs/train_classifier/{task}.log",
    benchmark:
        "<results>/benchmarks/train_classifier/{task}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("train_classifier"),
        gpu=0,
    params:
        settings=settings("train_classifier"),
        source_hash=source_hash("train_classifier"),
    script:
        "../../scripts/train_classifier.py"


rule evaluate:
    """Score one method on one task, all depths and repetitions in one job."""
    input:
        unpack(trained),
        problem="<results>/problems/{task}.npz",
        signals="<results>/signals/{task}.npz",
        test="<results>/codes/{task}/test.npz",
        patches=true_patches_of_task,
        classifiers=classifiers_of_task,
    output:
        rows="<results>/evaluation/{task}/{method}.parquet",
        samples="<results>/evaluation/{task}/{method}_samples.npz",
    log:
        "<results>/logs/evaluate/{task}/{method}.log",
    benchmark:
        "<results>/benchmarks/evaluate/{task}/{method}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("evaluate"),
        gpu=GPU,
    params:
        settings=settings("evaluate"),
        source_hash=source_hash("evaluate"),
    script:
        "../../scripts/evaluate.py"


rule measure_overlap:
    """Measure how well the dictionary of each component represents the others."""
    input:
        problem="<results>/problems/{task}.npz",
        signals="<results>/signals/{task}.npz",
        patches=patches_of_task,
    output:
        rows="<results>/overlap/{task}.parquet",
    log:
        "<results>/logs/measure_overlap/{task}.log",
    benchmark:
        "<results>/benchmarks/measure_overlap/{task}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("measure_overlap"),
        gpu=GPU,
    params:
        settings=settings("measure_overlap"),
        source_hash=source_hash("measure_overlap"),
    script:
        "../../scripts/measure_overlap.py"


rule time_methods:
    """Time all methods of one task. The job takes every core, so no other job runs meanwhile."""
    input:
        unpack(trained_for_task),
        problem="<results>/problems/{task}.npz",
        signals="<results>/signals/{task}.npz",
    output:
        rows="<results>/timing/{task}.parquet",
    log:
        "<results>/logs/time_methods/{task}.log",
    benchmark:
        "<results>/benchmarks/time_methods/{task}.tsv"
    conda:
        ENVIRONMENT
    threads: workflow.cores
    resources:
        mem_mb=memory("time_methods"),
        gpu=GPU,
    params:
        settings=settings("time_methods"),
        source_hash=source_hash("time_methods"),
    script:
        "../../scripts/time_methods.py"


rule time_exact:
    """Time exact solvers, ours and others'. The job takes every core, so no other job runs meanwhile."""
    input:
        problem="<results>/problems/{task}.npz",
        signals="<results>/signals/{task}.npz",
        test="<results>/codes/{task}/test.npz",
    output:
        rows="<results>/exact/{task}.parquet",
    log:
        "<results>/logs/time_exact/{task}.log",
    benchmark:
        "<results>/benchmarks/time_exact/{task}.tsv"
    conda:
        ENVIRONMENT
    threads: workflow.cores
    resources:
        mem_mb=memory("time_exact"),
        gpu=GPU,
    params:
        settings=settings("time_exact"),
        source_hash=source_hash("time_exact"),
    script:
        "../../scripts/time_exact.py"
