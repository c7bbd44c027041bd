"""Routes, problem details, headers, who is asking. Pages and API are two fronts of one house."""
