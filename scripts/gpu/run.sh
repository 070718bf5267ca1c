#!/usr/bin/env bash
# Builds roentgen against this machine's LibTorch, then checks and measures it: ./run.sh [--help]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage='Usage: ./run.sh [--cpu] [--quick]
  --cpu    build against a CPU LibTorch and use the processor
  --quick  small networks and images: only to see that everything runs
LibTorch is that of python3, unless LIBTORCH names a folder with include/ and lib/.
Results go into results/; the exit code is 1 when a step failed.'

device=cuda
setup=(--offline --cuda)
check=(--batch 32 --size 224)
speed=(--batch 256 --size 224 --steps 320)
training=(--model resnet18 --epochs 3 --batch-size 64)
images=(--images-per-class 500 --size 224)
for argument in "$@"; do
  case $argument in
    --cpu) device=cpu setup=(--offline) ;;
    --quick)
      check=(--batch 8 --size 64)
      speed=(--batch 32 --size 64 --steps 64)
      training=(--model lenet5 --epochs 1)
      images=(--images-per-class 20 --size 64)
      ;;
    --help) printf '%s\n' "$usage" && exit ;;
    *) printf 'unknown option %s\n%s\n' "$argument" "$usage" >&2 && exit 1 ;;
  esac
done

export PATH=$PWD/node/bin:$PATH
results=$PWD/results
rm -rf "$results" && mkdir -p "$results"
failed=()

# step NAME COMMAND…: runs the command, keeps its output in results/NAME.log, and goes on when it fails.
step() {
  local name=$1 started=$SECONDS outcome=ok
  shift
  printf '\n== %s: %s\n' "$name" "$*"
  "$@" 2>&1 | tee "$results/$name.log" || { outcome=FAILED && failed+=("$name"); }
  printf '== %s: %s, %d s\n' "$name" "$outcome" $((SECONDS - started))
}

finish() {
  printf '\n== all steps: %d s; their output is in %s\n' "$SECONDS" "$results"
  if [ ${#failed[@]} -gt 0 ]; then printf 'failed: %s\n' "${failed[*]}" && exit 1; fi
  exit 0
}

roentgen() { node scripts/roentgen.mjs "$@"; }
train_check() { build/native/roentgen_train_check --device "$device" "$@"; }

command -v nvidia-smi >/dev/null && step gpu nvidia-smi
step build node scripts/setup.mjs "${setup[@]}"
if [ ${#failed[@]} -gt 0 ]; then finish; fi
step core-tests node scripts/setup.mjs --offline --core-tests
step learns-as-cpu-fp32 train_check "${check[@]}" --precision fp32 --compare-cpu
step learns-as-cpu-bf16 train_check "${check[@]}" --precision bf16 --compare-cpu
step speed-fp32 train_check "${speed[@]}" --precision fp32
step speed-bf16 train_check "${speed[@]}" --precision bf16
step doctor roentgen doctor
step phantoms roentgen data phantom "$results/phantoms" "${images[@]}"
step train roentgen train "$results/phantoms/images" --device "$device" --output "$results/runs" "${training[@]}"
step benchmark roentgen benchmark --devices "$device" --output "$results/benchmark"
finish
