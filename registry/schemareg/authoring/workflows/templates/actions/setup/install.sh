#!/usr/bin/env bash
# Installs what requirements.txt names into an environment of its own, once a job.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
if [ ! -x "$RUNNER_TEMP/reg/bin/reg" ]; then
  python3 -m venv "$RUNNER_TEMP/reg"
  "$RUNNER_TEMP/reg/bin/python" -m pip install --quiet --disable-pip-version-check \
    --requirement .github/actions/setup/requirements.txt
fi
echo "$RUNNER_TEMP/reg/bin" >>"$GITHUB_PATH"
"$RUNNER_TEMP/reg/bin/reg" --version
