"""Write the page on which a reader explores tasks, methods, depths and samples. See rule make_explorer."""

from lsalsa.study.explorer import page
from lsalsa.study.explorer.read import read_tasks
from lsalsa.study.heading import devices_in, extents_of, heading
from lsalsa.study.jobs.job import job

with job(snakemake) as j:
    tasks = read_tasks(j)
    devices = devices_in(rows for task in tasks for rows in task.rows.values())
    j.write(page=page(heading(j.params["title"], extents_of(j.input["images"]), j.params["reduced"], devices), tasks))
