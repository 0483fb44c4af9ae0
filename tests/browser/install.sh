#!/bin/sh
# Installs Debian's Chromium for the browser tests where that is possible; without it they are
# skipped, and the summary says so.
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    mkdir -p var
    echo "Installing chromium for the browser tests …"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } \
        >var/chromium.log 2>&1 && exit 0
fi
echo "No chromium here: browser tests will be skipped. Install it with: apt-get install chromium" >&2
