#!/usr/bin/env bash
# Triggers a call for each number. Needs CALLGATE_URL and CALLGATE_KEY.
set -u

# Sleeps for the given seconds and up to 25 % more, so that scripts do not all retry at the same moment.
pause() { sleep "$(awk -v seconds="$1" -v random="$RANDOM" 'BEGIN { print seconds * (1 + random / 131072) }')"; }

# Prints the value of a header of the last response.
header() { tr -d '\r' <"$response.head" | awk -F ': ' -v name="$1" 'tolower($1) == name { print $2 }'; }

# Prints the seconds to wait: Retry-After (RFC 9110: seconds or a date), at most an hour; else exponential backoff.
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

# Triggers one call and prints its ID. All attempts share one Idempotency-Key, so that nobody is called twice.
trigger() {
  local key="${2:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}" try status
  for try in 0 1 2 3 4 5 6 7; do
    : | tee "$response" >"$response.head"
    status=$(curl -sS --max-time 30 -D "$response.head" -o "$response" -w '%{http_code}' \
      -X POST "$CALLGATE_URL/api/v1/calls/trigger" \
      -H "Authorization: Bearer $CALLGATE_KEY" -H 'Content-Type: application/json' \
      -H "Idempotency-Key: $key" -d "{\"phone_number\": \"$1\"}") || status=000
    case $status in
      200) grep -q '"call_id"' "$response" && echo "$(sed 's/.*"call_id":"\([^"]*\)".*/\1/' "$response")" && return ;;
      000 | 409 | 429 | 503) ;;
      *) break ;;
    esac
    [ "$try" = 7 ] || pause "$(wait_seconds "$try")"
  done
  echo "$1: $status $(cat "$response")" >&2
  return 1
}

response=$(mktemp) && trap 'rm -f "$response" "$response.head"' EXIT
failed=0 left=''
for number in "$@"; do
  # When the window is used up, wait until its oldest request leaves it.
  [ -z "$left" ] || sleep "$left"
  trigger "$number" || failed=1
  left=$(header ratelimit | sed -n 's/.*"permin";r=0;t=\([0-9]*\).*/\1/p')
done
exit $failed
