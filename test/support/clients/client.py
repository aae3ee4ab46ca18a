"""Sends what it reads, a request a line, over one connection, and writes what comes back, a response a line."""

import base64
import http.client
import sys
import time

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
for line in sys.stdin:
    pause, version, method, path, body, *headers = line.rstrip("\n").split("\t")
    time.sleep(int(pause) / 1000)
    sent = base64.b64decode(body)
    try:
        connection._http_vsn, connection._http_vsn_str = int(version.replace(".", "")), f"HTTP/{version}"
        connection.putrequest(method, path, skip_host=version == "1.0", skip_accept_encoding=True)
        if sent and not any(header.startswith("Content-Length") for header in headers):
            connection.putheader("Content-Length", str(len(sent)))
        for header in headers:
            connection.putheader(*header.split(": ", 1))
        connection.endheaders(sent or None)
        response = connection.getresponse()
        received = base64.b64encode(response.read()).decode()
        fields = [str(response.status), received, *(f"{name}: {value}" for name, value in response.getheaders())]
    except Exception as error:
        connection.close()
        fields = ["0", base64.b64encode(repr(error).encode()).decode()]
    print("\t".join(fields), flush=True)
