"""Results for the tables of the CRsAE papers: filters that are learned, denoised pictures, spikes, and times."""

from papers.crsae.denoising.experiment import UNTRAINED
from papers.crsae.denoising.pictures import files_of_pictures, sets_of_pictures
from papers.crsae.denoising.settings import arms_of, runs_of
from papers.crsae.simulation.experiment import gradients_of, ratios_of
from papers.crsae.spikes.experiment import METHODS, files_of_recording, names_of, repetitions_of, start_of


wildcard_constraints:
    gradient=one_of(gradients_of(study)),
    snr=one_of(ratios_of(study)),
    pictures=one_of(sets_of_pictures(study)),
    run=one_of(runs_of(study)),
    arm=one_of(arms_of(study)),
    bank=one_of([UNTRAINED, *arms_of(study)]),
    recording=one_of(names_of(study)),
    sorter=one_of(METHODS),


rule learn_crsae_simulation:
    """Learn filters from simulated spikes by one gradient: both steps, both starts, all repetitions in one job."""
    output:
        rows="<results>/crsae/simulation/{gradient}.parquet",
        filters="<results>/crsae/simulation/{gradient}.npz",
    log:
        "<results>/logs/learn_crsae_simulation/{gradient}.log",
    benchmark:
        "<results>/benchmarks/learn_crsae_simulation/{gradient}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("learn_crsae_simulation"),
        gpu=GPU,
    params:
        settings=settings("learn_crsae_simulation"),
        source_hash=source_hash("learn_crsae_simulation"),
    script:
        "scripts/learn_crsae_simulation.py"


rule compare_crsae_simulation:
    """Learn filters from simulated spikes at one signal-to-noise ratio by every arm, all repetitions in one job."""
    output:
        rows="<results>/crsae/simulation/snr_{snr}.parquet",
    log:
        "<results>/logs/compare_crsae_simulation/{snr}.log",
    benchmark:
        "<results>/benchmarks/compare_crsae_simulation/{snr}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("compare_crsae_simulation"),
        gpu=GPU,
    params:
        settings=settings("compare_crsae_simulation"),
        source_hash=source_hash("compare_crsae_simulation"),
    script:
        "scripts/compare_crsae_simulation.py"


rule fetch_crsae_pictures:
    """Read one set of pictures: a published one from `data_dir` or a download, or the user's own."""
    output:
        pictures="<results>/crsae/pictures/{pictures}.npz",
    log:
        "<results>/logs/fetch_crsae_pictures/{pictures}.log",
    benchmark:
        "<results>/benchmarks/fetch_crsae_pictures/{pictures}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("fetch_crsae_pictures"),
        gpu=0,
    params:
        settings=settings("fetch_crsae_pictures"),
        content=lambda w: content_of(own_or_exit(lambda: files_of_pictures(study, w.pictures))),
        source_hash=source_hash("fetch_crsae_pictures"),
    script:
        "scripts/fetch_crsae_pictures.py"


rule learn_crsae_filters:
    """Learn the filters of one arm, or of one point of the stability sweep, all repetitions in one job."""
    input:
        train=lambda w: f"{RESULTS}/crsae/pictures/{study.crsae.denoising.train}.npz",
        validation=lambda w: f"{RESULTS}/crsae/pictures/{study.crsae.denoising.validation}.npz",
    output:
        filters="<results>/crsae/denoising/filters/{run}.npz",
        history="<results>/crsae/denoising/filters/{run}_history.parquet",
    log:
        "<results>/logs/learn_crsae_filters/{run}.log",
    benchmark:
        "<results>/benchmarks/learn_crsae_filters/{run}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("learn_crsae_filters"),
        gpu=GPU,
    params:
        settings=settings("learn_crsae_filters"),
        source_hash=source_hash("learn_crsae_filters"),
    script:
        "scripts/learn_crsae_filters.py"


rule denoise_crsae_pictures:
    """Denoise all test pictures by one arm."""
    input:
        filters="<results>/crsae/denoising/filters/{arm}.npz",
        pictures=lambda w: results(f"crsae/pictures/{name}.npz" for name in study.crsae.denoising.tests),
    output:
        rows="<results>/crsae/denoising/pictures/{arm}.parquet",
        shown="<results>/crsae/denoising/pictures/{arm}.npz",
    log:
        "<results>/logs/denoise_crsae_pictures/{arm}.log",
    benchmark:
        "<results>/benchmarks/denoise_crsae_pictures/{arm}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("denoise_crsae_pictures"),
        gpu=GPU,
    params:
        settings=settings("denoise_crsae_pictures"),
        source_hash=source_hash("denoise_crsae_pictures"),
    script:
        "scripts/denoise_crsae_pictures.py"


rule denoise_crsae_peers:
    """Denoise one set of test pictures by the usual methods; score the noisy pictures too."""
    input:
        pictures="<results>/crsae/pictures/{pictures}.npz",
    output:
        rows="<results>/crsae/denoising/peers/{pictures}.parquet",
        shown="<results>/crsae/denoising/peers/{pictures}.npz",
    log:
        "<results>/logs/denoise_crsae_peers/{pictures}.log",
    benchmark:
        "<results>/benchmarks/denoise_crsae_peers/{pictures}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("denoise_crsae_peers"),
        gpu=0,
    params:
        settings=settings("denoise_crsae_peers"),
        source_hash=source_hash("denoise_crsae_peers"),
    script:
        "scripts/denoise_crsae_peers.py"


rule sweep_crsae_denoising:
    """Denoise a few pictures by one arm under other depths and other noise than in training."""
    input:
        filters=lambda w: f"{RESULTS}/crsae/denoising/filters/{study.crsae.denoising.sweep.arm}.npz",
        pictures=lambda w: f"{RESULTS}/crsae/pictures/{study.crsae.denoising.sweep.pictures}.npz",
    output:
        rows="<results>/crsae/denoising/sweeps.parquet",
    log:
        "<results>/logs/sweep_crsae_denoising.log",
    benchmark:
        "<results>/benchmarks/sweep_crsae_denoising.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("sweep_crsae_denoising"),
        gpu=GPU,
    params:
        settings=settings("sweep_crsae_denoising"),
        source_hash=source_hash("sweep_crsae_denoising"),
    script:
        "scripts/sweep_crsae_denoising.py"


rule fit_crsae_gabors:
    """Compare the filters of one arm, or those that all arms start from, with Gabor functions."""
    input:
        filters=lambda w: f"{RESULTS}/crsae/denoising/filters/{arms_of(study)[0] if w.bank == UNTRAINED else w.bank}.npz",
    output:
        rows="<results>/crsae/denoising/gabor/{bank}.parquet",
    log:
        "<results>/logs/fit_crsae_gabors/{bank}.log",
    benchmark:
        "<results>/benchmarks/fit_crsae_gabors/{bank}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("fit_crsae_gabors"),
        gpu=0,
    params:
        settings=settings("fit_crsae_gabors"),
        source_hash=source_hash("fit_crsae_gabors"),
    script:
        "scripts/fit_crsae_gabors.py"


rule fetch_crsae_recording:
    """Read one recording, all repetitions in one job."""
    output:
        recordings=expand(
            "<results>/crsae/spikes/{{recording}}/recording_{repetition}.npz",
            repetition=repetitions_of(study),
        ),
    log:
        "<results>/logs/fetch_crsae_recording/{recording}.log",
    benchmark:
        "<results>/benchmarks/fetch_crsae_recording/{recording}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("fetch_crsae_recording"),
        gpu=0,
    params:
        settings=settings("fetch_crsae_recording"),
        content=lambda w: content_of(own_or_exit(lambda: files_of_recording(study, w.recording))),
        source_hash=source_hash("fetch_crsae_recording"),
    script:
        "scripts/fetch_crsae_recording.py"


rule sort_crsae_spikes:
    """Sort the spikes of one recording with the templates of one method, all repetitions in one job."""
    input:
        recordings=expand(
            "<results>/crsae/spikes/{{recording}}/recording_{repetition}.npz",
            repetition=repetitions_of(study),
        ),
        start=lambda w: results(start_of(w.recording, w.sorter)),
    output:
        rows="<results>/crsae/spikes/{recording}/{sorter}.parquet",
        curves="<results>/crsae/spikes/{recording}/{sorter}_curves.parquet",
        templates="<results>/crsae/spikes/{recording}/{sorter}_templates.npz",
    log:
        "<results>/logs/sort_crsae_spikes/{recording}/{sorter}.log",
    benchmark:
        "<results>/benchmarks/sort_crsae_spikes/{recording}/{sorter}.tsv"
    conda:
        CPU_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory("sort_crsae_spikes"),
        gpu=0,
    params:
        settings=settings("sort_crsae_spikes"),
        source_hash=source_hash("sort_crsae_spikes"),
    script:
        "scripts/sort_crsae_spikes.py"


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
        CPU_ENVIRONMENT
    threads: workflow.cores
    resources:
        mem_mb=memory("time_crsae_stream"),
        gpu=0,
    params:
        settings=settings("time_crsae_stream"),
        source_hash=source_hash("time_crsae_stream"),
    script:
        "scripts/time_crsae_stream.py"
