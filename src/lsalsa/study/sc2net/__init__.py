"""The tables of the SC2Net paper: whole images, their codes by every method, and what a classifier makes of them."""
