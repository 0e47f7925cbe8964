#!/usr/bin/env bash
# From photographs and clips to an exported model: samples, training, export. Resumes where it stopped.
set -euo pipefail
if [ $# -ne 5 ]; then
  echo "usage: grow.sh PHOTOS CLIPS SHAPES HELD_OUT_CLIPS OUT" >&2
  exit 2
fi
photos=$1 clips=$2 shapes=$3 held_out=$4 out=$5
here=$(cd "$(dirname "$0")" && pwd)
minutes=${MINUTES:-64} shards=${SHARDS:-260} threads=${THREADS:-1} skip=${SKIP:-}
# Spinning OpenMP threads slow training down tenfold beside another busy process.
export OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=$threads
python "$here/data.py" --photos "$photos" --clips "$clips" --shapes "$shapes" --skip "$skip" \
  --out "$out/samples" --shards "$shards" --seed 1
python "$here/data.py" --photos "$photos" --clips "$held_out" --shapes "$shapes" --validation \
  --out "$out/held-out" --shards 4 --seed 900
python "$here/train.py" --data "$out/samples" --watch "$out/held-out" --out "$out/run" \
  --steps 1000000 --minutes "$minutes" --threads "$threads" --batch 10 --crop 88 --every 500
python "$here/export.py" --weights "$out/run/generator.pt" --card "$here/card.json" \
  --out "$out/lite.onnx" --fixture "$out/fixture"
