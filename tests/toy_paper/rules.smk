"""How bright images are."""


rule measure_toy_brightness:
    """Mean grey value of one set of images."""
    input:
        images="<results>/images/{images}.npz",
    output:
        rows="<results>/toy/{images}.parquet",
    log:
        "<results>/logs/measure_toy_brightness/{images}.log",
    benchmark:
        "<results>/benchmarks/measure_toy_brightness/{images}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("measure_toy_brightness"),
        gpu=0,
    params:
        settings=settings("measure_toy_brightness"),
        source_hash=source_hash("measure_toy_brightness"),
    script:
        "scripts/measure_toy_brightness.py"
