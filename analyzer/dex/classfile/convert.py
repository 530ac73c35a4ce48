"""Translates the classes of one archive and spreads them over as many DEX files as their names need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.dex import mutf8
from analyzer.model.record import dataclass

from .annotations import Annotation, constant, gather
from .dynamic import Linker
from .ids import Ids
from .members import OutClass, OutField, OutMethod
from .output import write_dex
from .problem import ClassFileError, UntranslatableError
from .reading import PRIVATE, ClassFile, read_class
from .translate import Translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .emit import Body
    from .lambdas import MadeClass
    from .reading import Method

_FINAL, _SYNTHETIC = 0x0010, 0x1000
_ABSTRACT, _NATIVE = 0x0400, 0x0100


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of an archive: DEX files by name, and a sentence for everything that is not in them."""

    files: tuple[tuple[str, bytes], ...]
    problems: tuple[str, ...]
    classes: int
    """Class files that were read."""


def dex_of_classes(classes: Iterable[tuple[str, bytes]], name: str) -> Converted:
    """Translate ``(entry name, bytes)`` of class files. Of classes of one name the first counts, as on a class path.

    ``name`` is what the DEX files are called; a second one is ``name!2``. Never raises for what the bytes are.
    """
    problems: list[str] = []
    read = dict[bytes, ClassFile]()
    for entry, data in classes:
        try:
            one = read_class(data)
        except ClassFileError as error:
            problems.append(f"{entry}: {error}")
            continue
        if one is not None and one.name in read:
            problems.append(f"{entry}: a second {_shown(one.name)}, left out")
        elif one is not None:
            read[one.name] = one
    private = frozenset(
        (cls.name, method.name, method.shape)
        for cls in read.values()
        for method in cls.methods
        if method.access & PRIVATE
    )
    files: list[tuple[str, bytes]] = []
    ids, line = Ids(), list[OutClass]()
    for cls in _all(read.values(), private, problems):
        if not ids.fits(cls.ids):
            if line:
                files.append((_file_name(name, len(files)), write_dex(line, ids)))
            ids, line = Ids(), []
            if not ids.fits(cls.ids):
                problems.append(f"{_shown(cls.name)}: names more than a DEX file has room for")
                continue
        ids.take(cls.ids)
        line.append(cls)
    if line:
        files.append((_file_name(name, len(files)), write_dex(line, ids)))
    return Converted(tuple(files), tuple(problems), len(read))


def _file_name(name: str, number: int) -> str:
    return f"{name}!{number + 1}" if number else name


def _shown(descriptor: bytes) -> str:
    return mutf8.decode(descriptor[1:-1]).replace("/", ".")


def _all(
    classes: Iterable[ClassFile], private: frozenset[tuple[bytes, bytes, bytes]], problems: list[str]
) -> Iterator[OutClass]:
    for cls in classes:
        linker = Linker(cls)
        yield _translate(cls, linker, private, problems)
        for made in linker.made:
            yield _out_of_made(made)


def _translate(
    cls: ClassFile, linker: Linker, private: frozenset[tuple[bytes, bytes, bytes]], problems: list[str]
) -> OutClass:
    ids = Ids()
    for kind in (cls.name, *cls.interfaces, *((cls.superclass,) if cls.superclass else ())):
        ids.add_type(kind)
    _gather(cls.annotations, ids)
    fields = []
    for field in cls.fields:
        ids.add_field((cls.name, field.name, field.shape))
        _gather(field.annotations, ids)
        value = None
        if field.constant is not None:
            value = constant(field.shape, field.constant)
            if isinstance(field.constant, bytes):
                ids.add_string(field.constant)
        fields.append(
            OutField(field.access, field.name, field.shape, value, constant(field.shape, None), field.annotations)
        )
    translator = Translator(cls, ids, private.__contains__, linker)
    methods = []
    for method in cls.methods:
        ids.add_method((cls.name, method.name, method.shape))
        _gather(method.annotations, ids)
        for of_parameter in method.parameter_annotations:
            _gather(of_parameter, ids)
        body = None
        try:
            body = _body(translator, method)
        except (UntranslatableError, ClassFileError) as error:
            where = mutf8.decode(method.name + method.shape)
            problems.append(f"{_shown(cls.name)}.{where}: not translated: {error}")
        methods.append(
            OutMethod(
                method.access, method.name, method.shape, body, method.annotations, method.parameter_annotations
            )
        )  # fmt: skip
    return OutClass(
        cls.name, cls.access, cls.superclass, cls.interfaces, fields, methods, ids, cls.annotations
    )  # fmt: skip


def _body(translator: Translator, method: Method) -> Body | None:
    if method.broken:
        raise UntranslatableError(method.broken)
    if method.code is not None:
        return translator.body(method, method.code)
    if not method.access & (_ABSTRACT | _NATIVE):
        raise UntranslatableError("it has no code")
    return None


def _gather(annotations: Iterable[Annotation], ids: Ids) -> None:
    for one in annotations:
        gather(one, ids)


def _out_of_made(made: MadeClass) -> OutClass:
    fields = [OutField(_FINAL | _SYNTHETIC | 1, name, shape) for name, shape in made.fields]
    methods = [OutMethod(1 | _SYNTHETIC, name, shape, body) for name, shape, body in made.methods]
    return OutClass(
        made.name, 1 | _FINAL | _SYNTHETIC, b"Ljava/lang/Object;", made.interfaces, fields, methods, made.ids
    )
