"""The configuration of a study: its types and checks, and what each rule takes from it."""
