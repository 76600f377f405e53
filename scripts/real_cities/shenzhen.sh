#!/usr/bin/env bash
# Part of Futian, Shenzhen: a street graph of OSMnx and nothing else.
name=shenzhen
source "$(dirname "$0")/common.sh"
"$yiju" new "$city" --name "深圳福田（局部）" --year 2023 --streets "$data/city-shenzhen/futian_streets.graphml" --crs 4547
check_up
