#!/bin/sh
# Print a Python that is new enough, or say in one line what is missing.
set -u
fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }
for candidate in "${PYTHON:-}" python3.13 python3.14 python3.12 python3 python \
    "$HOME"/.pyenv/versions/3.13*/bin/python "$HOME"/.pyenv/versions/3.1[24]*/bin/python; do
    [ -n "$candidate" ] || continue
    if fits "$candidate"; then echo "$candidate"; exit 0; fi
done
echo "eduaudit needs Python 3.12 or later with venv (found none; set PYTHON=/path/to/python)" >&2
exit 1
