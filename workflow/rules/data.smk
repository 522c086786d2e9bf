"""Images, their patches, and the signals to encode."""


rule fetch_images:
    """Read one set of images from its source."""
    output:
        images="<results>/images/{images}.npz",
    log:
        "<results>/logs/fetch_images/{images}.log",
    benchmark:
        "<results>/benchmarks/fetch_images/{images}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("fetch_images"),
        gpu=0,
    params:
        settings=settings("fetch_images"),
        content=content_of_images,
        source_hash=source_hash("fetch_images"),
    script:
        "../../scripts/fetch_images.py"


rule cut_patches:
    """Cut the images of one component into patches, split by image."""
    input:
        images=images_of_component,
    output:
        patches="<results>/patches/{component}.npz",
    log:
        "<results>/logs/cut_patches/{component}.log",
    benchmark:
        "<results>/benchmarks/cut_patches/{component}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("cut_patches"),
        gpu=0,
    params:
        settings=settings("cut_patches"),
        source_hash=source_hash("cut_patches"),
    script:
        "../../scripts/cut_patches.py"


rule make_signals:
    """Make the signals of one task: patches of its component, sums over its components, or given mixtures."""
    input:
        unpack(sources_of_signals),
    output:
        signals="<results>/signals/{task}.npz",
    log:
        "<results>/logs/make_signals/{task}.log",
    benchmark:
        "<results>/benchmarks/make_signals/{task}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("make_signals"),
        gpu=0,
    params:
        settings=settings("make_signals"),
        source_hash=source_hash("make_signals"),
    script:
        "../../scripts/make_signals.py"
