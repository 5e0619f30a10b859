#!/usr/bin/env bash
# Browser tests drive Debian's Chromium; pages are Chinese, so a Chinese font is needed to look at them.
set -euo pipefail
if command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q .; then
  exit 0
fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null
else
  echo "Please install chromium and a Chinese font (Debian: apt install chromium fonts-noto-cjk)." >&2
  exit 1
fi
