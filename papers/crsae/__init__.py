"""The CRsAE papers (Tolooshams, Dey and Ba, 2018 and 2020): four experiments, a folder each, and kinds of claims."""
