#!/usr/bin/env bash
# Make the environment $1 with a Python 3.11 or newer; installs one through apt where that is allowed.
set -euo pipefail
folder=$1

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local name
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then
        if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
    else return 1; fi
}

apt_install() {
    command -v apt-get >/dev/null || return 1
    echo "installing $* …"
    as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

give_up() {
    cat >&2 <<'TEXT'
paperforge needs Python 3.11 or newer with venv. Install it, then type the command again:
  Debian 12+, Ubuntu 24.04+  sudo apt-get install python3 python3-venv
  Ubuntu 22.04               sudo apt-get install python3.11 python3.11-venv
  Fedora                     sudo dnf install python3
  macOS                      brew install python
  Windows                    winget install Python.Python.3.13   (then use WSL or Git Bash for make)
TEXT
    exit 1
}

if ! python=$(find_python); then
    apt_install python3.11 python3.11-venv || apt_install python3 python3-venv || give_up
    python=$(find_python) || give_up
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    apt_install "$version-venv" || apt_install python3-venv || give_up
fi
echo "making the environment $folder with $("$python" --version) …"
"$python" -m venv "$folder"
