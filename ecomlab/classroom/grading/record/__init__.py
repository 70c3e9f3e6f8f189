"""nbgrader's side: the course, its gradebook, its cells, and what a submission may contain."""
