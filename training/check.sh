#!/usr/bin/env bash
# Everything that holds the training room to its word: lint, tests, and the smoke run of grow.sh.
set -euo pipefail
cd "$(dirname "$0")"
export OMP_WAIT_POLICY=PASSIVE
ruff check .
ruff format --check .
python -m pytest -q tests "$@"
