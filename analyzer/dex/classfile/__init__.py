"""JVM class files → DEX files in memory, so that a JAR or AAR is read by what reads apps.

>>> made = dex_of_classes([("com/vendor/Sdk.class", raw)], "classes.jar")
>>> index = load(made.files)

The code is translated, not optimised: every call, field, constant, branch and handler of the class file is there, under
the same names. What cannot be translated is told, class and method by name, and the rest goes on.
"""

from .convert import Converted, dex_of_classes

__all__ = ["Converted", "dex_of_classes"]
