/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the core alone takes for a request: bytes in, bytes out, without a kernel between.
 *
 *     core_time caller|get|put REPETITIONS    median and 90th percentile, microseconds
 *     core_time accounts N                    bytes of memory that each of N accounts costs
 *     core_time resident N                    bytes resident after N calls of GetCallerIdentity
 *     core_time stack REPETITIONS             bytes of stack that put and get use at most
 *     core_time list|query|scan N             median and 90th percentile of a page of 100 from the
 *                                             middle of N keys or items, microseconds
 *
 * get and put are DynamoDB's, of items of 1 KiB in a table of 1000.
 */
#include "core_loader.h"
#include "memory.h"
#include "timing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#define ITEMS      1000
#define PAGES      200
#define STACK_SIZE (256u << 10)

static const struct awi_core_api *core;
static struct awi_conn *conn;
static unsigned char *called_from; /* where the stack stood when the core was entered */

/* Feeds a request and takes the answer; its status, or -1. */
static int ask(const char *request, size_t len)
{
    char status[16] = "";
    size_t taken = 0;
    const void *data;
    size_t n;

    called_from = __builtin_frame_address(0);
    if (core->conn_feed(conn, request, len) < 0) {
        return -1;
    }
    while ((n = core->conn_pending(conn, &data)) > 0) {
        if (taken < sizeof(status) - 1) {
            size_t room = sizeof(status) - 1 - taken;
            memcpy(status + taken, data, n < room ? n : room);
        }
        taken += n;
        core->conn_sent(conn, n);
    }
    return taken > 12 ? (int)strtol(status + 9, NULL, 10) : -1;
}

static size_t caller(char *text, size_t size, unsigned long account)
{
    static const char body[] = "Action=GetCallerIdentity&Version=2011-06-15";

    return (size_t)snprintf(
        text,
        size,
        "POST / HTTP/1.1\r\nHost: sts.us-east-1.amazonaws.com\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=%012lu/20260101/us-east-1/"
        "sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=%064d\r\n"
        "X-Amz-Date: 20260101T000000Z\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
        account,
        0,
        sizeof(body) - 1,
        body);
}

static size_t dynamodb(char *text, size_t size, const char *operation, const char *body)
{
    return (size_t)snprintf(
        text,
        size,
        "POST / HTTP/1.1\r\nHost: dynamodb.us-east-1.amazonaws.com\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=222222222222/20260101/us-east-1/"
        "dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=%064d\r\n"
        "X-Amz-Date: 20260101T000000Z\r\nX-Amz-Target: DynamoDB_20120810.%s\r\n"
        "Content-Type: application/x-amz-json-1.0\r\nContent-Length: %zu\r\n\r\n%s",
        0,
        operation,
        strlen(body),
        body);
}

static int create_table(void)
{
    char text[2048];
    size_t len = dynamodb(text,
                          sizeof(text),
                          "CreateTable",
                          "{\"TableName\":\"bench\",\"BillingMode\":\"PAY_PER_REQUEST\","
                          "\"AttributeDefinitions\":[{\"AttributeName\":\"id\","
                          "\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"id\","
                          "\"KeyType\":\"HASH\"}]}");
    int status = ask(text, len);

    /* 400: it is there from the round before. */
    return status == 200 || status == 400 ? 0 : -1;
}

static size_t item(char *text, size_t size, bool put, unsigned long at)
{
    char body[2048];

    if (put) {
        snprintf(body,
                 sizeof(body),
                 "{\"TableName\":\"bench\",\"Item\":{\"id\":{\"S\":\"item-%06lu\"},"
                 "\"n\":{\"N\":\"%lu\"},\"data\":{\"S\":\"%0980d\"}}}",
                 at % ITEMS,
                 at,
                 7);
    } else {
        snprintf(body,
                 sizeof(body),
                 "{\"TableName\":\"bench\",\"Key\":{\"id\":{\"S\":\"item-%06lu\"}}}",
                 at % ITEMS);
    }
    return dynamodb(text, size, put ? "PutItem" : "GetItem", body);
}

static int measure(const char *what, size_t n)
{
    char text[4096];
    int64_t *times = calloc(n, sizeof(*times));
    bool put = strcmp(what, "put") == 0;
    bool table = put || strcmp(what, "get") == 0;

    if (!times || (table && create_table() < 0)) {
        return 1;
    }
    for (size_t i = 0; table && i < ITEMS; i++) {
        if (ask(text, item(text, sizeof(text), true, i)) != 200) {
            return 1;
        }
    }
    for (size_t i = 0; i < n; i++) {
        size_t len =
            table ? item(text, sizeof(text), put, i) : caller(text, sizeof(text), 222222222222);
        int64_t start = now_ns();
        if (ask(text, len) != 200) {
            return 1;
        }
        times[i] = now_ns() - start;
    }
    print_times(times, n);
    free(times);
    return 0;
}

/* --- Pages ----------------------------------------------------------------------------------- */

static size_t s3(char *text, size_t size, const char *method, const char *path, size_t body)
{
    return (size_t)snprintf(
        text,
        size,
        "%s /%s HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=222222222222/20260101/us-east-1/s3/"
        "aws4_request, SignedHeaders=host;x-amz-date, Signature=%064d\r\n"
        "X-Amz-Date: 20260101T000000Z\r\nX-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\n"
        "Content-Length: %zu\r\n\r\n%.*s",
        method,
        path,
        0,
        body,
        (int)body,
        "x");
}

static int fill_bucket(size_t n)
{
    char text[2048], path[64];

    if (ask(text, s3(text, sizeof(text), "PUT", "pages", 0)) != 200) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "pages/key-%08zu", i);
        if (ask(text, s3(text, sizeof(text), "PUT", path, 1)) != 200) {
            return -1;
        }
    }
    return 0;
}

static int fill_table(size_t n)
{
    char text[2048], body[512];
    size_t len = dynamodb(text,
                          sizeof(text),
                          "CreateTable",
                          "{\"TableName\":\"pages\",\"BillingMode\":\"PAY_PER_REQUEST\","
                          "\"AttributeDefinitions\":[{\"AttributeName\":\"h\","
                          "\"AttributeType\":\"S\"},{\"AttributeName\":\"r\","
                          "\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"h\","
                          "\"KeyType\":\"HASH\"},{\"AttributeName\":\"r\","
                          "\"KeyType\":\"RANGE\"}]}");

    if (ask(text, len) != 200) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        snprintf(body,
                 sizeof(body),
                 "{\"TableName\":\"pages\",\"Item\":{\"h\":{\"S\":\"one\"},"
                 "\"r\":{\"S\":\"%08zu\"}}}",
                 i);
        if (ask(text, dynamodb(text, sizeof(text), "PutItem", body)) != 200) {
            return -1;
        }
    }
    return 0;
}

static size_t page(char *text, size_t size, const char *what, size_t middle)
{
    char body[512];

    if (strcmp(what, "list") == 0) {
        snprintf(
            body, sizeof(body), "pages?list-type=2&max-keys=100&start-after=key-%08zu", middle);
        return s3(text, size, "GET", body, 0);
    }
    bool query = strcmp(what, "query") == 0;
    snprintf(body,
             sizeof(body),
             "{\"TableName\":\"pages\",\"Limit\":100,\"ExclusiveStartKey\":"
             "{\"h\":{\"S\":\"one\"},\"r\":{\"S\":\"%08zu\"}}%s}",
             middle,
             query ? ",\"KeyConditionExpression\":\"h = :h\","
                     "\"ExpressionAttributeValues\":{\":h\":{\"S\":\"one\"}}"
                   : "");
    return dynamodb(text, size, query ? "Query" : "Scan", body);
}

static int pages(const char *what, size_t n)
{
    static int64_t times[PAGES];
    char text[2048];

    if (strcmp(what, "list") == 0 ? fill_bucket(n) : fill_table(n)) {
        return 1;
    }
    for (size_t i = 0; i < PAGES; i++) {
        size_t len = page(text, sizeof(text), what, n / 2);
        int64_t start = now_ns();
        if (ask(text, len) != 200) {
            return 1;
        }
        times[i] = now_ns() - start;
    }
    print_times(times, PAGES);
    return 0;
}

/* As many requests of one account first: what the call log and caches hold is no account's. */
static int accounts(size_t n)
{
    char text[1024];
    long before = 0;

    for (size_t i = 0; i < 2 * n; i++) {
        if (i == n) {
            before = resident();
        }
        unsigned long account = i < n ? 100000000000 : 100000000000 + (i - n);
        if (ask(text, caller(text, sizeof(text), account)) != 200) {
            return 1;
        }
    }
    printf("%.1f\n", (double)(resident() - before) / (double)n);
    return 0;
}

static int resident_after(size_t n)
{
    char text[1024];

    for (size_t i = 0; i < n; i++) {
        if (ask(text, caller(text, sizeof(text), 100000000000)) != 200) {
            return 1;
        }
    }
    printf("%ld\n", resident());
    return 0;
}

static void *run_on_painted(void *arg)
{
    return (void *)(intptr_t)(measure("put", *(size_t *)arg) || measure("get", *(size_t *)arg));
}

/* Runs on a stack that was filled with a pattern, and looks how deep it was overwritten. */
static int stack(size_t n)
{
    unsigned char *low = mmap(
        NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    pthread_attr_t attr;
    pthread_t thread;
    void *failed = NULL;
    size_t clean = 0;

    if (low == MAP_FAILED) {
        return 1;
    }
    memset(low, 0xa5, STACK_SIZE);
    pthread_attr_init(&attr);
    pthread_attr_setstack(&attr, low, STACK_SIZE);
    if (pthread_create(&thread, &attr, run_on_painted, &n) != 0 ||
        pthread_join(thread, &failed) != 0 || failed) {
        return 1;
    }
    while (clean < STACK_SIZE && low[clean] == 0xa5) {
        clean++;
    }
    printf("%zu\n", (size_t)(called_from - (low + clean)));
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f610101)};
    struct awi_peer peer = {.addr = (struct sockaddr *)&addr, .addr_len = sizeof(addr)};
    size_t n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

    if (n == 0) {
        fprintf(stderr,
                "usage: core_time caller|get|put|accounts|resident|stack|list|query|scan N\n");
        return 2;
    }
    core = core_load();
    conn = core ? core->conn_open(&peer) : NULL;
    if (!conn) {
        return 1;
    }
    int r = strcmp(argv[1], "accounts") == 0   ? accounts(n)
            : strcmp(argv[1], "resident") == 0 ? resident_after(n)
            : strcmp(argv[1], "stack") == 0    ? stack(n)
            : strcmp(argv[1], "list") == 0 || strcmp(argv[1], "query") == 0 ||
                    strcmp(argv[1], "scan") == 0
                ? pages(argv[1], n)
                : measure(argv[1], n);
    if (r) {
        fprintf(stderr, "core_time: a request failed\n");
    }
    return r;
}
