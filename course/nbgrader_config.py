"""nbgrader's configuration of the course; `source` and `release` have one folder a language.

The language of the notebooks that `generate_assignment` and the formgrader work on is the
environment variable COURSE_LANG (en or zh). Submissions in either language are graded alike.
"""

import os

from nbgrader import preprocessors as stock
from nbgrader.converters import Autograde, GenerateAssignment

from ecomlab.classroom.build.starter import ClearSolutions
from ecomlab.classroom.copies import DeduplicateIds

c = get_config()  # noqa: F821

_lang = os.environ.get("COURSE_LANG", "en")

c.CourseDirectory.course_id = "ecomlab"
c.CourseDirectory.source_directory = f"source/{_lang}"
c.CourseDirectory.release_directory = f"release/{_lang}"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__"]

# Starters keep the names that the checks look for (`growth = ...`).
c.GenerateAssignment.preprocessors = [
    ClearSolutions if step is stock.ClearSolutions else step
    for step in GenerateAssignment.preprocessors.default()
]

# One student's copied cell does not stop the class.
c.Autograde.sanitize_preprocessors = [
    DeduplicateIds if step is stock.DeduplicateIds else step
    for step in Autograde.sanitize_preprocessors.default()
]

c.ExecutePreprocessor.timeout = 120
c.Execute.timeout = 120
