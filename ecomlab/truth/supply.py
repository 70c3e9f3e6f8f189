"""."""

ESTIMANDS = ()
