"""Triggers a call for each number. Needs CALLGATE_URL and CALLGATE_KEY."""

import json, os, random, re, sys, time, urllib.error, urllib.request, uuid

URL, KEY = os.environ["CALLGATE_URL"], os.environ["CALLGATE_KEY"]
RETRIABLE = {409, 429, 503}


def send(order: dict, idempotency_key: str):
    """One try: status, headers and body; status 0 when there was no answer."""
    headers = {
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/json",
        "Idempotency-Key": idempotency_key,
    }
    request = urllib.request.Request(f"{URL}/api/v1/calls/trigger", json.dumps(order).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, parse(refusal.read())
    except OSError:
        return 0, {}, {"error": "no answer", "code": "unreachable"}


def parse(text: bytes) -> dict:
    """What stands between you and callgate may answer with anything."""
    try:
        return json.loads(text)
    except ValueError:
        return {}


def trigger(order: dict, idempotency_key: str = "", tries: int = 8):
    """Triggers one call; gives its id and the headers of the answer. One key for all tries: a lost answer rings nobody twice."""
    idempotency_key = idempotency_key or str(uuid.uuid4())
    for attempt in range(tries):
        status, headers, body = send(order, idempotency_key)
        if status == 200:
            return body["call_id"], headers
        if status != 0 and status not in RETRIABLE:
            break
        seconds = float(headers.get("Retry-After") or min(30, 2**attempt))
        time.sleep(seconds * (1 + random.random() / 4))
    raise RuntimeError(f"{status} {body.get('code')}: {body.get('error')}")


def trigger_all(orders: list):
    """Triggers many calls, spaced out: with nothing left in the window it waits until the oldest request leaves it."""
    headers = {}
    for order in orders:
        full = re.search(r'"permin";r=0;t=(\d+)', headers.get("RateLimit") or "")
        if full:
            time.sleep(int(full[1]))
        try:
            call_id, headers = trigger(order)
            yield order, call_id, None
        except RuntimeError as refusal:
            yield order, None, refusal


if __name__ == "__main__":
    failed = False
    for order, call_id, refusal in trigger_all([{"phone_number": number} for number in sys.argv[1:]]):
        print(call_id or f"{order['phone_number']}: {refusal}", file=sys.stderr if refusal else sys.stdout)
        failed = failed or refusal is not None
    sys.exit(1 if failed else 0)
