"""What a study costs: counted before it runs, estimated on this machine, and measured by rule."""
