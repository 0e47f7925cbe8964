#!/usr/bin/env bash
# From photographs and clips to a model with its card: samples, training, export. Resumes.
set -euo pipefail
usage() {
  echo "usage: grow.sh smoke|cpu|gpu RAW OUT   (RAW holds photos, clips, held-out-clips, shapes)" >&2
  exit 2
}
[ $# -eq 3 ] || usage
effort=$1 raw=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
case $effort in
  smoke) minutes=9 steps=8 shards=1 held=1 size=8,8,8,8 batch=2 crop=32 every=4 jobs=1 threads=1 ;;
  cpu) minutes=90 steps=1000000 shards=260 held=5 size=lite batch=10 crop=88 every=500 jobs=1 threads=2 ;;
  gpu) minutes=20 steps=1000000 shards=600 held=8 size=quality batch=48 crop=120 every=500 jobs=14 threads=4 ;;
  *) usage ;;
esac
# For days on a machine of one's own: MINUTES=4000 SHARDS=3000 training/grow.sh gpu RAW OUT
minutes=${MINUTES:-$minutes} shards=${SHARDS:-$shards} size=${SIZE:-$size}
jobs=${JOBS:-$jobs} threads=${THREADS:-$threads} name=${NAME:-${size//,/-}}
# Spinning OpenMP threads slow training down tenfold beside another busy process.
export OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1
each=$(((shards + jobs - 1) / jobs)) makers=()
for ((job = 1; job <= jobs; job++)); do
  python "$here/data.py" --raw "$raw" --skip "${SKIP:-}" --out "$out/samples" --shards "$each" \
    --seed "$job" &
  makers+=($!)
done
for maker in "${makers[@]}"; do wait "$maker"; done
python "$here/data.py" --raw "$raw" --validation --out "$out/held-out" --shards "$held" --seed 900
OMP_NUM_THREADS=$threads python "$here/train.py" --data "$out/samples" --watch "$out/held-out" \
  --out "$out/run" --steps "$steps" --minutes "$minutes" --threads "$threads" --size "$size" \
  --batch "$batch" --crop "$crop" --every "$every" ${WARM:+--warm "$WARM"}
python "$here/export.py" --weights "$out/run/generator.pt" --card "$here/card.json" \
  --out "$out/$name.onnx" --fixture "$out/fixture"
echo "grown: $out/$name.onnx"
