#!/usr/bin/env bash
# Build the sample papers and say where they are. Exit code: the largest of the builds'
# (4: everything was written but the PDFs, because TeX is missing).
set -uo pipefail
paperforge=${1:-.venv/bin/paperforge}
worst=0
build() {
    printf '\n== sample_paper/%s for %s\n' "$1" "$2"
    "$paperforge" build "sample_paper/$1" --venue "$2"
    local code=$?
    [ "$code" -gt "$worst" ] && worst=$code
}
build adaptation neurips-2026
build adaptation icml-2026
build evaluation arr-2026
echo
if [ "$worst" = 4 ]; then
    echo "The PDFs are missing because TeX is; the LaTeX projects above are complete and ready for Overleaf."
fi
echo "To use paperforge in this shell: source $(dirname "$paperforge")/activate"
exit "$worst"
