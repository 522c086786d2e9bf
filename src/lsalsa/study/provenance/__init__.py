"""Where results come from: hashes of code and files, a record for each result, and a crate of them all."""
