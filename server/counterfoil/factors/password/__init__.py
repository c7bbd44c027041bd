"""A password: a kind like the others, so that its attempts are counted in the same place."""
