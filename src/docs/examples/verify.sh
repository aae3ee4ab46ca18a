# Needs the raw body in body.json, and the webhook- headers in ID, TIMESTAMP and SIGNATURE.
KEY=$(printf %s "${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -tx1 | tr -d ' \n')
EXPECTED=v1,$({ printf '%s.%s.' "$ID" "$TIMESTAMP"; cat body.json; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
AGE=$(($(date +%s) - TIMESTAMP))
case " $SIGNATURE " in
  *" $EXPECTED "*) [ "${AGE#-}" -le 300 ] && echo valid || { echo "too old"; exit 1; } ;;
  *) echo "signature does not match"; exit 1 ;;
esac
