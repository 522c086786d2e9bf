"""A paper that claims to know how bright images are."""
