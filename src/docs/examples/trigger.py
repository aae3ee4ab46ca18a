"""Triggers a call for each number. Needs CALLGATE_URL and CALLGATE_KEY."""

import calendar, email.utils, http.client, json, os, random, re, sys, time, urllib.error, urllib.request, uuid

URL, KEY = os.environ["CALLGATE_URL"], os.environ["CALLGATE_KEY"]
RETRIABLE = {409, 429, 503}


def send(order: dict, idempotency_key: str):
    """Sends one attempt. Returns status, headers and body; status 0 if there was no response."""
    headers = {
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/json",
        "Idempotency-Key": idempotency_key,
    }
    request = urllib.request.Request(f"{URL}/api/v1/calls/trigger", json.dumps(order).encode(), headers)
    try:
        try:
            response = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return response.status, response.headers, parse(response.read())
    except (OSError, http.client.HTTPException):
        return 0, {}, {"error": "no response", "code": "unreachable"}


def parse(text: bytes) -> dict:
    """Parses a body. A proxy in front of callgate may respond with anything."""
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def wait_seconds(retry_after: str, attempt: int) -> float:
    """Seconds to wait: Retry-After (RFC 9110: seconds or a date), at most an hour; else exponential backoff."""
    try:
        is_number = re.fullmatch("[0-9]+", retry_after)
        date = None if is_number else calendar.timegm(email.utils.parsedate(retry_after))
        seconds = int(retry_after) if is_number else date - time.time()
    except (TypeError, ValueError, OverflowError, IndexError):
        seconds = 0
    return min(3600, seconds) if seconds > 0 else min(30, 2**attempt)


def trigger(order: dict, idempotency_key: str = "", tries: int = 8):
    """Triggers one call. Returns its ID and the response's headers. All attempts share one Idempotency-Key."""
    idempotency_key = idempotency_key or str(uuid.uuid4())
    for attempt in range(tries):
        status, headers, body = send(order, idempotency_key)
        if status == 200 and "call_id" in body:
            return body["call_id"], headers
        if status not in {0, 200} | RETRIABLE or attempt + 1 == tries:
            break
        time.sleep(wait_seconds(headers.get("Retry-After") or "", attempt) * (1 + random.random() / 4))
    raise RuntimeError(f"{status} {body.get('code')}: {body.get('error')}")


def trigger_all(orders: list):
    """Triggers many calls. When the window is used up, waits until its oldest request leaves it."""
    headers = {}
    for order in orders:
        full = re.search(r'"permin";r=0;t=(\d+)', headers.get("RateLimit") or "")
        if full:
            time.sleep(int(full[1]))
        try:
            call_id, headers = trigger(order)
            yield order, call_id, None
        except RuntimeError as error:
            yield order, None, error


if __name__ == "__main__":
    failed = False
    for order, call_id, error in trigger_all([{"phone_number": number} for number in sys.argv[1:]]):
        print(call_id or f"{order['phone_number']}: {error}", file=sys.stderr if error else sys.stdout)
        failed = failed or error is not None
    sys.exit(1 if failed else 0)
