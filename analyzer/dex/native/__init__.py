"""The compiled core: the innermost loops over DEX bytes in C, as one shared library over numpy arrays.

Nothing depends on it: `core()` is `None` where the library was not built, is not that of the sources beside it, or is
switched off by ``EDUAUDIT_NATIVE=0``. Then numpy and Python do the same, slower. See decision 11 in ``docs/decisions``.

>>> core = native.core()
>>> if core is not None:
...     found = core.decode_items(dex.data, 2 * bodies.start, 2 * bodies.end, kinds, {1: None, 2: flags})
...     found.item, found.at, found.opcode, found.operand  # one row for each instruction, in the order of the code

`Core.decode_items` decodes all instructions of code items, one behind the other, and gives of those whose opcode has a
kind in ``kinds`` (256 numbers, 0: not wanted) and whose operand is wanted (`None`: any) the row of the item, the code
units from its beginning, the opcode, and the index (or number) that the instruction names. With ``begins`` it also
marks where instructions begin. Methods of an item: ``bodies.methods_of(item)``.

The other functions are called by one module each, which does the same in Python where there is no core: `read_classes`
(`classdata`), `read_items` (`bodies`), `read_parents` (`tables`), `fill_slots`, `find_strings`, `mark_beginnings`,
`find_endings` and `find_text` (`strings`), `follow` (`flow.method`: all of one method).
"""

from .following import Followed
from .library import Core, Instructions, Slots, core

__all__ = ["Core", "Followed", "Instructions", "Slots", "core"]
