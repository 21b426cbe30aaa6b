#!/usr/bin/env bash
# Install TeX where it is missing and apt may be used; elsewhere say the exact command and go on:
# the build then writes everything but the PDFs. With --tests also poppler, which reads PDFs back.
set -uo pipefail
packages=(latexmk texlive-latex-base texlive-latex-recommended texlive-latex-extra
          texlive-fonts-recommended fonts-texgyre lmodern)

readers=true
if [ "${1:-}" = --tests ]; then
    packages+=(poppler-utils)
    readers="command -v pdftotext"
fi

complete() {
    $readers >/dev/null && command -v latexmk >/dev/null && command -v pdflatex >/dev/null &&
        [ "$(kpsewhich booktabs.sty microtype.sty lineno.sty forloop.sty t1lmtt.fd ptmr8t.tfm | wc -l)" = 6 ]
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then
        if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
    else return 1; fi
}

complete && exit 0
if [ -z "${PAPERFORGE_NO_TEX_INSTALL:-}" ] && command -v apt-get >/dev/null; then
    echo "installing TeX (about 400 MB, a few minutes) …"
    if as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null && complete; then
        exit 0
    fi
fi
cat >&2 <<TEXT
TeX is missing and could not be installed from here. Without it the LaTeX projects are written, ready
for Overleaf, but no PDFs. To install it:
  Debian, Ubuntu  sudo apt-get install --no-install-recommends ${packages[*]}
  Fedora          sudo dnf install latexmk texlive-scheme-medium texlive-collection-latexextra
  macOS           brew install --cask mactex-no-gui
  Windows         winget install MiKTeX.MiKTeX   (then install latexmk in MiKTeX Console)
TEXT
