"""The CRsAE papers (Tolooshams, Dey and Ba, 2018 and 2020): an experiment per folder, and what judges their claims."""
