# Shared by the scripts beside it; each names its city before it loads this. Not to be run by itself.
#
#   scripts/real_cities/las_palmas.sh [DIR]
#
# The data are looked for beside the project (../shared/data) or where YIJU_DATA says; they are not part of it.
# The folder DIR (by default build/real/CITY) is made anew each time.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
data="${YIJU_DATA:-$root/../shared/data}"
yiju="${YIJU:-$root/.venv/bin/yiju}"
city="${1:-$root/build/real/$name}"

if [ ! -d "$data" ]; then
  echo "The data of real cities are not here: $data (set YIJU_DATA)" >&2
  exit 3
fi
if [ -e "$city" ] && [ ! -f "$city/city.toml" ]; then
  echo "$city is there and is no city folder: it is left alone" >&2
  exit 3
fi
rm -rf "$city"

# From the folder that `yiju new` made to its report. A script that plans for its city defines plan_it before.
check_up() {
  "$yiju" build "$city"
  "$yiju" checkup "$city"
  "$yiju" needs "$city"
  if declare -F plan_it >/dev/null; then plan_it; fi
  "$yiju" report "$city"
}
