"""What is measured of methods and tasks: distance, sources, classes, time, exact solvers beside them."""
