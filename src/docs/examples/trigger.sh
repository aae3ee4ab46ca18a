#!/usr/bin/env bash
# Triggers a call for each number. Needs CALLGATE_URL and CALLGATE_KEY.
set -u

# A little more than the seconds given, at random, so that scripts do not come back in the same moment.
pause() { sleep "$(awk -v seconds="$1" -v random="$RANDOM" 'BEGIN { print seconds * (1 + random / 131072) }')"; }

# The value of a header of the last answer.
header() { tr -d '\r' <"$answer.head" | awk -F ': ' -v name="$1" 'tolower($1) == name { print $2 }'; }

# Seconds to wait: as Retry-After says (RFC 9110: seconds or a date), an hour at most, else ever longer with each try.
wait_seconds() {
  header retry-after | awk -v now="$(date +%s)" -v try="$1" '
    /^[0-9]+ *$/ { wait = $1 }
    /^[A-Z][a-z]+,? .*:[0-9][0-9]:/ {
      gsub("-", " ") # Sun, 06 Nov 1994 08:49:37 GMT or Sunday, 06-Nov-94 08:49:37 GMT, else Sun Nov  6 08:49:37 1994
      if (/GMT/) { day = $2; month = $3; year = $4; split($5, time, ":") }
      else { month = $2; day = $3; split($4, time, ":"); year = $5 }
      if (year < 100) year += year < 70 ? 2000 : 1900
      month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", month) + 2) / 3
      if (month < 3) { month += 12; year-- }
      days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400) + int((153 * month - 457) / 5) + day - 719469
      wait = days * 86400 + time[1] * 3600 + time[2] * 60 + time[3] - now
    }
    END { print (wait <= 0 ? (try < 5 ? 2 ^ try : 30) : wait < 3600 ? wait : 3600) }'
}

# Triggers one call and prints its id; one Idempotency-Key for all tries, so that a lost answer rings nobody twice.
trigger() {
  local key="${2:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}" try status
  for try in 0 1 2 3 4 5 6 7; do
    : | tee "$answer" >"$answer.head"
    status=$(curl -sS --max-time 30 -D "$answer.head" -o "$answer" -w '%{http_code}' \
      -X POST "$CALLGATE_URL/api/v1/calls/trigger" \
      -H "Authorization: Bearer $CALLGATE_KEY" -H 'Content-Type: application/json' \
      -H "Idempotency-Key: $key" -d "{\"phone_number\": \"$1\"}") || status=000
    case $status in
      200) grep -q '"call_id"' "$answer" && echo "$(sed 's/.*"call_id":"\([^"]*\)".*/\1/' "$answer")" && return ;;
      000 | 409 | 429 | 503) ;;
      *) break ;;
    esac
    [ "$try" = 7 ] || pause "$(wait_seconds "$try")"
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
