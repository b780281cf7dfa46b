/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain libcurl program: carries out the requests of a file one after another on one handle, so
 * that connections are kept, and lets libcurl sign them. Built against libcurl with OpenSSL and
 * with GnuTLS.
 *
 *     fetch REQUESTS OUTDIR [CAFILE]
 *
 * A line of REQUESTS is METHOD, URL, BODY, SIGN, USER and any number of headers, with tabs between;
 * SIGN is libcurl's provider string (aws:amz:us-east-1:sts) or empty. For line N the answer's body
 * goes to OUTDIR/N and "N STATUS" to stdout; STATUS is 0 when there was no answer.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct curl_slist *headers_of(char *rest)
{
    struct curl_slist *list = NULL;
    char *field;

    while ((field = strsep(&rest, "\t")) != NULL) {
        if (*field) {
            list = curl_slist_append(list, field);
        }
    }
    return list;
}

static void set_request(CURL *curl, char *line, struct curl_slist **headers)
{
    char *method = strsep(&line, "\t");
    char *url = strsep(&line, "\t");
    char *body = strsep(&line, "\t");
    char *sign = strsep(&line, "\t");
    char *user = strsep(&line, "\t");

    *headers = headers_of(line);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
    if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else if (strcmp(method, "GET") != 0 || (body && *body)) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)(body ? strlen(body) : 0));
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body ? body : "");
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    }
    if (sign && *sign) {
        curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, sign);
        curl_easy_setopt(curl, CURLOPT_USERPWD, user);
    }
}

static int fetch(CURL *curl, char *line, int number, const char *outdir, const char *cafile)
{
    char path[4096];
    struct curl_slist *headers = NULL;
    long status = 0;
    FILE *out;
    CURLcode rc;

    snprintf(path, sizeof(path), "%s/%d", outdir, number);
    out = fopen(path, "w");
    if (!out) {
        perror(path);
        return -1;
    }
    curl_easy_reset(curl);
    set_request(curl, line, &headers);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    if (cafile) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, cafile);
    }
    rc = curl_easy_perform(curl);
    if (rc == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    } else {
        fprintf(stderr, "%d: (%d) %s\n", number, (int)rc, curl_easy_strerror(rc));
    }
    fclose(out);
    curl_slist_free_all(headers);
    printf("%d %ld\n", number, status);
    return 0;
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    int number = 0;
    FILE *in;
    CURL *curl;

    if (argc < 3) {
        fprintf(stderr, "usage: fetch REQUESTS OUTDIR [CAFILE]\n%s\n", curl_version());
        return 2;
    }
    in = fopen(argv[1], "r");
    curl = curl_easy_init();
    if (!in || !curl) {
        return 2;
    }
    fprintf(stderr, "%s\n", curl_version());
    while ((len = getline(&line, &room, in)) > 0) {
        line[len - 1] = '\0';
        if (fetch(curl, line, number++, argv[2], argc > 3 ? argv[3] : NULL)) {
            return 1;
        }
    }
    free(line);
    curl_easy_cleanup(curl);
    fclose(in);
    return 0;
}
