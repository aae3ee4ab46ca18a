<?php
// Sends what it reads, a request a line, and writes what comes back, a response a line.
while (($line = fgets(STDIN)) !== false) {
    $fields = explode("\t", rtrim($line, "\n"));
    [$pause, $version, $method, $path, $body] = $fields;
    usleep($pause * 1000);
    $http = [
        'method' => $method,
        'header' => array_slice($fields, 5),
        'content' => base64_decode($body),
        'protocol_version' => $version,
        'ignore_errors' => true,
        'timeout' => 30,
    ];
    $response = @file_get_contents("http://127.0.0.1:$argv[1]$path", false, stream_context_create(['http' => $http]));
    $headers = $http_response_header ?? [];
    // A 100 Continue comes before what was asked for.
    while (preg_match('~^HTTP/\S+ 1\d\d~', $headers[0] ?? '')) {
        array_shift($headers);
        while ($headers && !str_starts_with($headers[0], 'HTTP/')) array_shift($headers);
    }
    $status = $headers ? explode(' ', array_shift($headers))[1] : '0';
    echo implode("\t", [$status, base64_encode($response === false ? '' : $response), ...$headers]), "\n";
    unset($http_response_header);
}
