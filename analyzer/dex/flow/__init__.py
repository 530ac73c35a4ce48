"""Data flow within methods and, on demand, between them: what a register may hold, and what that depends on.

Only methods that somebody asks about are decoded. Values are sets of constants and calls (`Evaluator`), objects are
sets of classes (`Objects`), conditions are tests of flags that decide whether an instruction runs (`Guards`).
"""

from .evaluate import Evaluator
from .method import Method
from .program import Body, Callers, Place, Program, Searched
from .value import UNKNOWN, Value

__all__ = ["UNKNOWN", "Body", "Callers", "Evaluator", "Method", "Place", "Program", "Searched", "Value"]
