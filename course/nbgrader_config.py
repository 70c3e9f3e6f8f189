"""nbgrader's configuration of the course; `source` and `release` have one folder a language.

The language of the notebooks that `generate_assignment` and the formgrader work on is the
environment variable COURSE_LANG (en or zh). Submissions in either language are graded alike.
"""

import os

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions as _ClearSolutions

from ecomlab.classroom.build.starter import ClearSolutions

c = get_config()  # noqa: F821

_lang = os.environ.get("COURSE_LANG", "en")

c.CourseDirectory.course_id = "ecomlab"
c.CourseDirectory.source_directory = f"source/{_lang}"
c.CourseDirectory.release_directory = f"release/{_lang}"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__"]

# Starters that keep the names the checks look for (`growth = ...`).
c.GenerateAssignment.preprocessors = [
    ClearSolutions if step is _ClearSolutions else step
    for step in GenerateAssignment.preprocessors.default()
]

c.ExecutePreprocessor.timeout = 120
c.Execute.timeout = 120
