"""The classroom: build the course, open it, grade it, export it. It knows nothing of any chapter."""
