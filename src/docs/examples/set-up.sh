#!/usr/bin/env bash
# Sets up an agency through the admin API: agency, countries, provider, agent, webhook, key, first call.
# Needs curl, and python3 to read JSON. Usage: CALLGATE_URL=… CALLGATE_ADMIN_TOKEN=… DIALLER_URL=… DIALLER_SECRET=whsec_… WEBHOOK_URL=… set-up.sh
set -euo pipefail

admin() { # operation, input
  curl -sS --fail-with-body -X POST "$CALLGATE_URL/api/admin/v1/$1" \
    -H "Authorization: Bearer $CALLGATE_ADMIN_TOKEN" -H "Content-Type: application/json" -d "$2"
}
field() { # name of a field in the response's data, which is on standard input
  python3 -c 'import json, sys; print(json.load(sys.stdin)["data"][sys.argv[1]])' "$1"
}

admin agency.create '{"name": "Acme", "plan": "agency"}' >&2
admin policy.set '{"agency": "Acme", "countries": "US,CA"}' >&2
admin provider.set "{\"agency\": \"Acme\", \"provider\": \"http\", \"base_url\": \"$DIALLER_URL\", \"credential\": {\"hook_secret\": \"$DIALLER_SECRET\"}}" >&2
agent=$(admin agent.create '{"agency": "Acme", "name": "Ann", "provider": "http"}' | field id)
admin agent.default "{\"agency\": \"Acme\", \"environment\": \"staging\", \"agent\": \"$agent\"}" >&2
admin webhook.set "{\"agency\": \"Acme\", \"environment\": \"staging\", \"url\": \"$WEBHOOK_URL\"}" >&2
key=$(admin key.generate '{"agency": "Acme", "environment": "staging"}' | field key)

# Staging calls nobody: the simulator plays the call.
curl -sS --fail-with-body -X POST "$CALLGATE_URL/api/v1/calls/trigger" \
  -H "Authorization: Bearer $key" -H "Content-Type: application/json" -d '{"phone_number": "+15551234500"}'
