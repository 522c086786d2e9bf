"""Speed against the matrix-product floor and against peers; run by hand, see docs/speed.md."""
