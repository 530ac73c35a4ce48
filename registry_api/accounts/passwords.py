"""Passwords: argon2id, what a good one is, and one-time passwords."""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from registry_api.errors import FieldError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 200
_CLASSES = 3
_LONG_ENOUGH = 16
"""From this length on, a pass phrase needs no other kinds of characters."""
_DISTINCT = 5
# No 0/O, 1/l/I: it is read from a screen and typed.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 - most requests carry a key or a cookie

    return PasswordHasher()  # RFC 9106, low-memory profile: 64 MiB, 3 passes, 4 lanes


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """Return what is stored of a password."""
    return _hasher().hash(password)


def right_password(stored: str | None, password: str) -> bool:
    """Tell whether a password fits; the same work is done where nobody is stored, so that time tells nothing."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - as above

    try:
        _hasher().verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Tell whether a hash was made with other parameters than those in force."""
    return _hasher().check_needs_rehash(stored)


def one_time_password() -> str:
    """Return a password of 20 characters, about 115 bits, that is good by `password_problem`."""
    while True:
        made = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
        if _classes(made) >= _CLASSES:
            return made


def _classes(password: str) -> int:
    kinds = {
        "lower" if char.islower() else "upper" if char.isupper() else "digit" if char.isdigit() else "other"
        for char in password
    }
    return len(kinds)


def password_problem(password: str, login: str) -> FieldError | None:
    """Return why a password is not accepted, or `None`."""
    why = ""
    if not SHORTEST <= len(password) <= LONGEST:
        why = f"须为 {SHORTEST} 至 {LONGEST} 个字符 / {SHORTEST} to {LONGEST} characters"
    elif login.casefold() in password.casefold():
        why = "不得包含登录名 / it holds the login name"
    elif len(set(password)) < _DISTINCT:
        why = "重复字符过多 / too few different characters"
    elif len(password) < _LONG_ENOUGH and _classes(password) < _CLASSES:
        why = (
            f"须含大小写字母、数字、符号中的三类，或不少于 {_LONG_ENOUGH} 个字符 / "
            f"three of lower case, upper case, digits, signs, or {_LONG_ENOUGH} characters"
        )
    return FieldError("/password", "weak", why) if why else None
