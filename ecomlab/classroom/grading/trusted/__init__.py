"""The grader's own process: it holds tests and marks, and never runs a student's code."""
