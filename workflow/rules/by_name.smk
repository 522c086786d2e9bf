"""A rule for each name that the command line can give: `snakemake --cores 2 table_digits`."""

for target, paths in named_targets().items():

    rule:
        name:
            target
        input:
            paths,
