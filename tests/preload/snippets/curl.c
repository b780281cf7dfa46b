/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program on libcurl, whose options must be as it set them after each transfer. run-curl gives it
 * a proxy that answers "proxy was here"; built once for each libcurl that is at hand.
 *
 * usage: curl-program PROXY-PORT
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char got[4096];
static size_t got_len;

static size_t store(char *data, size_t size, size_t count, void *arg)
{
    size_t n = size * count;
    if (n < sizeof(got) - got_len) {
        memcpy(got + got_len, data, n);
        got_len += n;
        got[got_len] = '\0';
    }
    return n;
}

static int failures;

static void expect(const char *what, CURLcode code, const char *begin)
{
    bool ok = code == CURLE_OK && !strncmp(got, begin, strlen(begin));
    got[strcspn(got, "\r\n")] = '\0';
    printf("%s - %s (%s, \"%.60s\")\n", ok ? "ok" : "not ok", what, curl_easy_strerror(code), got);
    fflush(stdout);
    failures += !ok;
    got_len = 0;
    got[0] = '\0';
}

static CURL *new_handle(const char *url)
{
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, store);
    curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    return curl;
}

static CURLcode by_multi(CURL *curl)
{
    CURLM *multi = curl_multi_init();
    int running = 1;
    int left = 0;
    CURLcode code = CURLE_FAILED_INIT;
    curl_multi_add_handle(multi, curl);
    while (running && curl_multi_perform(multi, &running) == CURLM_OK) {
        curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    CURLMsg *msg = curl_multi_info_read(multi, &left);
    if (msg && msg->msg == CURLMSG_DONE) {
        code = msg->data.result;
    }
    curl_multi_remove_handle(multi, curl);
    curl_multi_cleanup(multi);
    return code;
}

int main(int argc, char **argv)
{
    char proxy[64];
    static const char aws[] = "http://sts.us-east-1.amazonaws.com/x";
    static const char other[] = "http://example.invalid/x";
    snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%s", argc > 1 ? argv[1] : "0");
    curl_global_init(CURL_GLOBAL_DEFAULT);

    CURL *curl = new_handle(aws);
    expect("an AWS URL", curl_easy_perform(curl), "GET /x 0 127.97.");
    expect("kept alive", curl_easy_perform(curl), "GET /x 0 127.97.");
    curl_easy_setopt(curl, CURLOPT_PROXY, proxy);
    expect("past the proxy", curl_easy_perform(curl), "GET /x 0 127.97.");
    curl_easy_setopt(curl, CURLOPT_URL, other);
    expect("the proxy for others", curl_easy_perform(curl), "proxy was here");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "nothing.invalid");
    curl_easy_setopt(curl, CURLOPT_URL, aws);
    expect("AWS again", curl_easy_perform(curl), "GET /x 0 127.97.");
    curl_easy_setopt(curl, CURLOPT_URL, other);
    expect("the program's own NOPROXY is back", curl_easy_perform(curl), "proxy was here");
    CURL *copy = curl_easy_duphandle(curl);
    expect("a copy of the handle", curl_easy_perform(copy), "proxy was here");
    curl_easy_setopt(copy, CURLOPT_URL, aws);
    expect("the copy by multi", by_multi(copy), "GET /x 0 127.97.");
    curl_easy_setopt(copy, CURLOPT_URL, other);
    expect("and back", by_multi(copy), "proxy was here");
    curl_easy_cleanup(copy);

    curl_easy_setopt(curl, CURLOPT_URL, aws);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    expect("with redirects, past the proxy", curl_easy_perform(curl), "GET /x 0 127.97.");
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, store);
    curl_easy_setopt(curl, CURLOPT_URL, aws);
    expect("after a reset", curl_easy_perform(curl), "GET /x 0 127.97.");
    curl_easy_cleanup(curl);
    printf("1..11\n");
    return failures != 0;
}
