"""The classroom: build the course, open it, grade it, export it. It knows no chapter."""

__all__ = ["grade"]


def __getattr__(name: str) -> object:
    if name == "grade":
        from ecomlab.classroom.grading.run import grade

        return grade
    raise AttributeError(f"module 'ecomlab.classroom' has no attribute {name!r}")
