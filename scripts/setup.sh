#!/bin/sh
# Make .venv and install a requirements file into it; nothing is done where it is already so.
# Usage: scripts/setup.sh requirements.txt [FOLDER]      PYTHON=python3.12 chooses the interpreter, FOLDER another place.
set -eu
cd "$(dirname "$0")/.."
wanted=$1
place=${2:-.venv}
fail() {
    echo "$1" >&2
    exit 1
}

# Prints "3.12" and succeeds where $1 is a Python that pyproject.toml names.
version_of() {
    "$1" -c 'import sys
version = sys.version_info[:2]
sys.stdout.write("%d.%d" % version)
sys.exit(0 if (3, 11) <= version <= (3, 13) else 1)' 2>/dev/null
}

choose() {
    if [ -n "${PYTHON:-}" ]; then
        version_of "$PYTHON" >/dev/null && echo "$PYTHON" && return
        fail "PYTHON=$PYTHON is Python $(version_of "$PYTHON" || true), and this project needs Python 3.11 to 3.13: name one of those, for example PYTHON=python3.12."
    fi
    for candidate in python3 python3.13 python3.12 python3.11; do
        if version_of "$candidate" >/dev/null; then
            echo "$candidate"
            return
        fi
    done
    found=$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null || echo none)
    fail "this project needs Python 3.11 to 3.13, and python3 here is $found: install one of those (python.org, or your system's packages) and run this again."
}

stamp=$place/.$(basename "$wanted" .txt)-$(cat requirements.txt "$wanted" | cksum | cut -d' ' -f1)
if [ -f "$stamp" ] && "$place/bin/python" -c '' 2>/dev/null; then
    exit 0
fi

if ! "$place/bin/python" -c '' 2>/dev/null; then
    python=$(choose)
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "$python has no venv module, which keeps this project's packages apart: install it (on Debian and Ubuntu: apt install python$(version_of "$python")-venv) and run this again."
    echo "Making $place with $("$python" --version) ..."
    rm -rf "$place"
    "$python" -m venv "$place"
fi
echo "Installing $wanted (TensorFlow is large: this takes a few minutes the first time) ..."
"$place/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
touch "$stamp"
