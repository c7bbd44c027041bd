"""Recovery codes: ten on paper for the day the phone is lost, each good once."""
