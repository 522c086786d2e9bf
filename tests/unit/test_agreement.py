"""A table against the paper's: who is best, how far apart, which cells stand out."""

from lsalsa.study.summaries.agreement import agreement, experiments

ALGORITHMS = {"fista": "fista", "salsa": "salsa", "lsalsa": "lsalsa"}
ALGORITHMS |= {"salsa_u": "salsa", "salsa_softx": "salsa", "lsalsa_adam": "lsalsa", "my_own": "lsalsa"}
LABELS = {name: name.upper() for name in ALGORITHMS}
LABELS |= {"salsa_u": "SALSA (read-out u)", "lsalsa_adam": "LSALSA (Adam)", "my_own": "my own"}


def table(*cells):
    names = ("method", "depth", "error_percent", "paper_error_percent")
    return [dict(zip(names, cell, strict=True)) for cell in cells]


def test_it_counts_the_depths_at_which_the_same_method_is_best():
    rows = table(("fista", 1, 50.0, 60.0), ("lsalsa", 1, 10.0, 12.0), ("fista", 5, 5.0, 30.0), ("lsalsa", 5, 9.0, 8.0))
    text = agreement(rows, LABELS)
    assert text.startswith(
        "4 cells can be compared. At 1 of 2 depths the method that is best in the paper is best here."
    )
    assert "Half of the cells differ by less than 6.0 points; ours are 9.0 points lower on average." in text


def test_a_tie_in_the_paper_agrees_with_either_of_its_methods():
    rows = table(("salsa", 50, 0.0, 0.0), ("lsalsa", 50, 1.0, 0.0))
    assert "At 1 of 1 depths" in agreement(rows, LABELS)


def test_cells_far_apart_are_listed_the_farthest_first():
    rows = table(("fista", 1, 50.0, 90.0), ("lsalsa", 1, 60.0, 10.0), ("salsa", 1, 20.0, 25.0))
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in agreement(rows, LABELS).splitlines()]
    assert lines[-2:] == [["LSALSA", "1", "10.00", "60.00"], ["FISTA", "1", "90.00", "50.00"]]


def test_cells_that_one_side_lacks_do_not_count():
    assert "No cell of this table can be compared" in agreement(
        table(("fista", 1, None, 5.0), ("lsalsa", 1, 5.0, None)), LABELS
    )
    assert "1 cell can" in agreement(table(("fista", 1, None, 5.0), ("lsalsa", 1, 5.0, 5.0)), LABELS)


def test_a_variant_that_takes_away_most_of_a_difference_is_named():
    rows = table(("salsa", 1, 10.0, 60.0), ("fista", 1, 10.0, 12.0), ("lsalsa", 5, 50.0, 9.0))
    variants = table(("salsa_u", 1, 55.0, None), ("salsa_softx", 1, 10.0, None), ("lsalsa_adam", 5, 45.0, None))
    first, second = experiments(rows, variants, LABELS, ALGORITHMS).splitlines()
    assert first.startswith("- SALSA, T = 1: 60.0 in the paper, 10.0 here; 55.0 as SALSA (read-out u), 10.0 as SALSA")
    assert first.endswith("SALSA (read-out u) takes away more than half of the difference.")
    assert second.endswith("45.0 as LSALSA (Adam): no variant takes away half of the difference.")


def test_variants_belong_to_an_algorithm_whatever_they_are_called():
    rows, variants = table(("lsalsa", 1, 50.0, 10.0)), table(("my_own", 1, 12.0, None), ("salsa_u", 1, 10.0, None))
    line = experiments(rows, variants, LABELS, ALGORITHMS)
    assert line.endswith("12.0 as my own: my own takes away more than half of the difference.")


def test_a_far_cell_without_variants_says_so():
    assert experiments(table(("fista", 1, 10.0, 60.0)), [], LABELS, ALGORITHMS).endswith("no variant of it was run.")
    assert experiments(table(("fista", 1, 10.0, 12.0)), [], LABELS, ALGORITHMS) == ""
