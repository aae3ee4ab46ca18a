#!/usr/bin/env bash
# Triggers a call for each number. Needs CALLGATE_URL and CALLGATE_KEY.
set -u

# A little more than the seconds given, at random, so that scripts do not come back in the same moment.
pause() { sleep "$(awk -v seconds="$1" -v random="$RANDOM" 'BEGIN { print seconds * (1 + random / 131072) }')"; }

# The value of a header of the last answer.
header() { tr -d '\r' <"$answer.head" | awk -F ': ' -v name="$1" 'tolower($1) == name { print $2 }'; }

# Triggers one call and prints its id; one Idempotency-Key for all tries, so that a lost answer rings nobody twice.
trigger() {
  local key="${2:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}" try status wait
  for try in 0 1 2 3 4 5 6 7; do
    : | tee "$answer" >"$answer.head"
    status=$(curl -sS --max-time 30 -D "$answer.head" -o "$answer" -w '%{http_code}' \
      -X POST "$CALLGATE_URL/api/v1/calls/trigger" \
      -H "Authorization: Bearer $CALLGATE_KEY" -H 'Content-Type: application/json' \
      -H "Idempotency-Key: $key" -d "{\"phone_number\": \"$1\"}") || status=000
    case $status in
      200) echo "$(sed 's/.*"call_id":"\([^"]*\)".*/\1/' "$answer")" && return ;;
      000 | 409 | 429 | 503) wait=$(header retry-after) && pause "${wait:-$((2 ** (try < 5 ? try : 5)))}" ;;
      *) break ;;
    esac
  done
  echo "$1: $status $(cat "$answer")" >&2
  return 1
}

answer=$(mktemp) && trap 'rm -f "$answer" "$answer.head"' EXIT
failed=0 left=''
for number in "$@"; do
  # Nothing is left in the window: wait until its oldest request leaves it.
  [ -z "$left" ] || sleep "$left"
  trigger "$number" || failed=1
  left=$(header ratelimit | sed -n 's/.*"permin";r=0;t=\([0-9]*\).*/\1/p')
done
exit $failed
