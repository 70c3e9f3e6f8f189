"""Chapter 4, membership: a better experience, and customers who come back."""
