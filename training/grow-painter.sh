#!/usr/bin/env bash
# From photographs and clips to the painter's weights, which Relens does not use yet. Resumes where it stopped.
set -euo pipefail
usage() {
  echo "usage: grow-painter.sh smoke|cpu RAW OUT   (RAW as for grow.sh)" >&2
  exit 2
}
[ $# -eq 3 ] || usage
effort=$1 raw=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
case $effort in
  smoke) minutes=9 steps=6 batch=2 every=3 watched=1 pool=16 ;;
  cpu) minutes=60 steps=1000000 batch=12 every=250 watched=10 pool=4096 ;;
  *) usage ;;
esac
minutes=${MINUTES:-$minutes}
export OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=${THREADS:-1}
python "$here/painter_train.py" --raw "$raw" --skip "${SKIP:-}" --out "$out/run" \
  --steps "$steps" --minutes "$minutes" --threads "$OMP_NUM_THREADS" --batch "$batch" \
  --every "$every" --watched "$watched" --pool "$pool" --adversarial "${ADVERSARIAL:-0}"
echo "grown: $out/run/painter.pt"
