#!/usr/bin/env bash
# Train paperdoll: training/paperdoll/run.sh PROFILE [RUN_FOLDER] [options of recipe.py]
# PROFILE is cpu, gpu or miniature. Run it again after a cut: it goes on where it was.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
profile="${1:?name a profile: cpu, gpu or miniature}"
folder="${2:-$root/runs/$profile}"
python="${PYTHON:-$root/.venv/bin/python}"
cd "$root"
exec "$python" -m training.paperdoll.recipe "training/paperdoll/configs/$profile.toml" "$folder" "${@:3}"
