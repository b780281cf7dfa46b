<?php
// SPDX-License-Identifier: Apache-2.0
// PHP's http and https streams: carries out the requests of a file one after another. Same
// arguments and output as fetch.c; the requests come signed.
foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $number => $line) {
    $field = explode("\t", $line);
    $context = stream_context_create(['http' => [
        'method' => $field[0],
        'header' => array_slice($field, 5),
        'content' => $field[2],
        'ignore_errors' => true,
        'protocol_version' => 1.1,
        'timeout' => 60,
    ]]);
    $http_response_header = [];
    $body = file_get_contents($field[1], false, $context);
    $status = explode(' ', $http_response_header[0] ?? 'none 0')[1];
    file_put_contents("$argv[2]/$number", (string) $body);
    echo "$number $status\n";
}
