"""The population to come (人口推演): who lives in each community in ten years, and which services they want.

The cohort-component method, with parameters that are data. :mod:`~yiju.supply.projection.component` is the method,
:mod:`~yiju.supply.projection.parameters` what it assumes, :mod:`~yiju.supply.projection.result` what comes of it.
"""

from yiju.supply.projection.component import Course, Levels, Rates, leslie, project
from yiju.supply.projection.parameters import Parameters, read_parameters
from yiju.supply.projection.result import Projection, project_cells

__all__ = [
    "Course",
    "Levels",
    "Parameters",
    "Projection",
    "Rates",
    "leslie",
    "project",
    "project_cells",
    "read_parameters",
]
