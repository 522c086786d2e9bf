"""Results for the tables of the CRsAE papers: filters that are learned, denoised pictures, spikes, and times."""

from papers.crsae.denoising.pictures import files_of_pictures, sets_of_pictures


wildcard_constraints:
    pictures=one_of(sets_of_pictures(study)),


rule fetch_crsae_pictures:
    """Read one set of pictures: a published one from `data_dir` or a download, or the user's own."""
    input:
        files=lambda w: [str(path) for path in files_of_pictures(study, w.pictures)],
    output:
        pictures="<results>/crsae/pictures/{pictures}.npz",
    log:
        "<results>/logs/fetch_crsae_pictures/{pictures}.log",
    benchmark:
        "<results>/benchmarks/fetch_crsae_pictures/{pictures}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("fetch_crsae_pictures"),
        gpu=0,
    params:
        settings=settings("fetch_crsae_pictures"),
        source_hash=source_hash("fetch_crsae_pictures"),
    script:
        "scripts/fetch_crsae_pictures.py"
