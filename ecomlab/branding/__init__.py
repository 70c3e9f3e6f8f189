"""Chapter 3, branding: being known, being chosen, and knowing what brought it about."""
