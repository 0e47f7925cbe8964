#!/usr/bin/env bash
# From photographs and clips to the detectors' models with their cards. Resumes where it stopped.
set -euo pipefail
usage() {
  echo "usage: grow-detectors.sh smoke|cpu RAW OUT   (RAW as for grow.sh)" >&2
  exit 2
}
[ $# -eq 3 ] || usage
effort=$1 raw=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
case $effort in
  smoke) minutes=9 steps=4 shards=1 held=1 windows=3 batch=2 every=2 watched=1 ;;
  cpu) minutes=60 steps=1000000 shards=150 held=5 windows=40 batch=8 every=500 watched=12 ;;
  *) usage ;;
esac
minutes=${MINUTES:-$minutes} shards=${SHARDS:-$shards}
export OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=${THREADS:-1}
for network in damage lens; do
  maker=detect_data.py rate=2e-3
  if [ "$network" = lens ]; then maker=lens_data.py rate=3e-3; fi
  data=$out/$network
  python "$here/$maker" --raw "$raw" --skip "${SKIP:-}" --out "$data/samples" \
    --shards "$shards" --windows "$windows" --seed 1
  python "$here/$maker" --raw "$raw" --validation --out "$data/held-out" \
    --shards "$held" --windows "$windows" --seed 900
  python "$here/detect_train.py" --network "$network" --data "$data/samples" \
    --watch "$data/held-out" --out "$data/run" --steps "$steps" --minutes "$minutes" \
    --threads "$OMP_NUM_THREADS" --rate "$rate" --batch "$batch" --every "$every" --watched "$watched"
  python "$here/detect_export.py" --network "$network" --weights "$data/run/$network.pt" \
    --card "$here/card-$network.json" --out "$out/$network.onnx" --fixture "$data/fixture"
done
echo "grown: $out/damage.onnx $out/lens.onnx"
