#!/usr/bin/env bash
# What the browser tests and the PDF need beyond Python: Chromium and a Chinese font, from Debian's packages.
# Without root or apt it says so and leaves it: the tests that need them then skip, with the reason.
set -euo pipefail
missing=()
command -v chromium >/dev/null || missing+=(chromium)
fc-list 2>/dev/null | grep -qiE 'cjk|wqy' || missing+=(fonts-noto-cjk fontconfig)
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed, and cannot be installed from here: ${missing[*]}" >&2
  exit 0
fi
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
  echo "Could not be installed: ${missing[*]}. Tests that need them will skip." >&2
