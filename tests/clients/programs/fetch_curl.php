<?php
// SPDX-License-Identifier: Apache-2.0
// PHP's curl extension: carries out the requests of a file one after another on one handle. Same
// arguments and output as fetch.c; the requests come signed.
$curl = curl_init();
foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $number => $line) {
    $field = explode("\t", $line);
    curl_reset($curl);
    curl_setopt_array($curl, [
        CURLOPT_URL => $field[1],
        CURLOPT_CUSTOMREQUEST => $field[0],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 60,
        CURLOPT_HTTPHEADER => array_slice($field, 5),
    ]);
    if ($field[2] !== '' || in_array($field[0], ['PUT', 'POST'])) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $field[2]);
    }
    $body = curl_exec($curl);
    if ($body === false) {
        fwrite(STDERR, "$number: " . curl_error($curl) . "\n");
    }
    $status = $body === false ? 0 : curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    file_put_contents("$argv[2]/$number", (string) $body);
    echo "$number $status\n";
}
