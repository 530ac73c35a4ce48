"""Lists and sets that a method makes and fills itself, as the array of what it adds to them."""

from __future__ import annotations

from analyzer.dex import opcodes

from .assembled import Read, always_once, may_precede
from .method import Method
from .value import UNKNOWN, Value, join

LISTS = frozenset(
    f"Ljava/util/{name};" for name in ("ArrayList", "LinkedList", "Vector", "HashSet", "LinkedHashSet", "TreeSet")
)
_OBJECT, _COLLECTION = "Ljava/lang/Object;", "Ljava/util/Collection;"
_ADDS = frozenset({f"add({_OBJECT})Z", f"addLast({_OBJECT})V", f"addElement({_OBJECT})V"})
_ADDS_ALL = f"addAll({_COLLECTION})Z"
_CHANGES = ("remove", "retain", "clear", "set", "replaceAll", "add", "sort", "poll", "pop", "push", "listIterator")
"""What begins the names of other methods by which a list becomes another one."""
_MOST = 200


def filled(method: Method, made: int, constructor: int, use: int, read: Read) -> Value | None:
    """Return the ``array`` of what the list of the ``new-instance`` at ``made`` may hold at ``use``.

    What is added only by some ways, or again and again, is one of itself and unknown; an unknown element stands for
    what others may have added or changed. `None`: nothing was seen to be added here.
    """
    found: list[Value] = []
    whole = True
    given = _given(method, constructor, read)
    if given is not None:
        found += given
    for call in method.at_opcodes(opcodes.INVOKES):
        signature = method.invoked(call) or ""
        if call in {constructor, use} or "Ljava/util/" not in signature:
            continue
        words, name = method.words(call), signature.partition("->")[2]
        if not words or not _holds(method, call, words, made) or not may_precede(method, call, use):
            continue
        if made not in (method.definitions(call, words[0]) or ()) or not signature.startswith("Ljava/util/"):
            whole = False  # somebody else is given the list
            continue
        if name in _ADDS or name == _ADDS_ALL:
            added = [read(method, call, words[1])] if name in _ADDS else _elements(read(method, call, words[1]))
            sure = always_once(method, made, call, use)
            found += added if sure else [join((one, UNKNOWN)) for one in added]
        elif name.startswith(_CHANGES):
            whole = False
        if len(found) > _MOST:
            return None
    if not found:
        return None
    return Value("array", "", tuple(found) if whole else (*found, UNKNOWN))


def _holds(method: Method, call: int, words: list[int], made: int) -> bool:
    return any(made in (method.definitions(call, word) or ()) for word in dict.fromkeys(words))


def _given(method: Method, constructor: int, read: Read) -> list[Value] | None:
    """Return the elements that a list begins with."""
    if not (method.invoked(constructor) or "").endswith(f"-><init>({_COLLECTION})V"):
        return None
    return _elements(read(method, constructor, method.words(constructor)[1]))


def _elements(value: Value) -> list[Value]:
    return [part for one in value.options for part in (one.parts if one.kind == "array" else (UNKNOWN,))]
