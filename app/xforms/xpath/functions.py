"""All functions that an expression may call."""

from __future__ import annotations

from app.xforms.xpath.date_functions import DATE_FUNCTIONS
from app.xforms.xpath.function_spec import FunctionSpec
from app.xforms.xpath.geo_functions import GEO_FUNCTIONS
from app.xforms.xpath.node_functions import NODE_FUNCTIONS
from app.xforms.xpath.number_functions import NUMBER_FUNCTIONS
from app.xforms.xpath.text_functions import TEXT_FUNCTIONS

FUNCTIONS: dict[str, FunctionSpec] = {
    spec.name: spec
    for spec in (*TEXT_FUNCTIONS, *NUMBER_FUNCTIONS, *DATE_FUNCTIONS, *GEO_FUNCTIONS, *NODE_FUNCTIONS)
}
