"""The grader: nbgrader's record, fast, and no way for a submission to grade itself.

======== =======================================================================================
run      which submissions are graded; beside it the workers, the report and the comparison
record   nbgrader's side: the course, its gradebook and cells, and what a submission may contain
trusted  the grader's own process, which never runs a student's code: it holds tests and marks
inside   the processes within the walls: a clean one that forks, and its forks, which run
         notebooks or judge them
sandbox  the walls
codec    what crosses them: frames of bytes, and answers as data
======== =======================================================================================
"""
