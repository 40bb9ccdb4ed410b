#!/usr/bin/env bash
# Installs schemathesis into .python/, where there is a Python that can. Where there is none, it says so, and that is no failure.
set -euo pipefail

folder=.python
wanted=test/schemathesis/requirements.txt
cmp --silent "$wanted" "$folder/requirements.txt" && exit 0

refuse() {
  rm -rf "$folder"
  echo "schemathesis is not installed: $1"
  exit 0
}

command -v python3 >/dev/null || refuse "there is no python3"
echo "installing schemathesis into $folder/"
python3 -m venv --clear "$folder" >/dev/null 2>&1 || refuse "python3 makes no virtual environments (Debian: python3-venv)"
"$folder/bin/pip" install --quiet --disable-pip-version-check --retries 1 -r "$wanted" >/dev/null 2>&1 || refuse "pip cannot fetch it"
# Last, so that what was cut off is done again.
cp "$wanted" "$folder/requirements.txt"
