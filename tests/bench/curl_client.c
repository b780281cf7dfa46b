/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A loop of curl_easy_perform over one handle, the connection kept.
 *
 *     curl_client URL REPETITIONS [CAFILE]
 *
 * Prints median and 90th percentile of a transfer in microseconds.
 */
#include "timing.h"

#include <curl/curl.h>

static size_t swallow(char *data, size_t size, size_t n, void *sum)
{
    (void)data;
    *(size_t *)sum += size * n;
    return size * n;
}

int main(int argc, char **argv)
{
    size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    int64_t *times = calloc(n ? n : 1, sizeof(*times));
    size_t bytes = 0;
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = NULL;

    if (!n || !times || !curl) {
        fprintf(stderr, "usage: curl_client URL REPETITIONS [CAFILE]\n");
        return 2;
    }
    headers = curl_slist_append(headers,
                                "Authorization: AWS4-HMAC-SHA256 Credential=222222222222/20260101/"
                                "us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, "
                                "Signature=00");
    headers = curl_slist_append(headers, "X-Amz-Date: 20260101T000000Z");
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "Action=GetCallerIdentity&Version=2011-06-15");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &bytes);
    if (argc > 3) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, argv[3]);
    }
    for (size_t i = 0; i < n; i++) {
        long status = 0;
        int64_t start = now_ns();
        CURLcode r = curl_easy_perform(curl);
        times[i] = now_ns() - start;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        if (r != CURLE_OK || status != 200) {
            fprintf(stderr, "curl_client: %s, status %ld\n", curl_easy_strerror(r), status);
            return 1;
        }
    }
    print_times(times, n);
    return bytes == 0;
}
