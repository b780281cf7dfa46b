/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets of name resolution.
 */
#include "snippet.h"

#include <arpa/inet.h>

static int getaddrinfo_unspec(void)
{
    struct addrinfo *list;
    int v4 = 0;
    int v6 = 0;
    CHECK(getaddrinfo("sts.amazonaws.com", "443", NULL, &list) == 0);
    for (struct addrinfo *ai = list; ai; ai = ai->ai_next) {
        struct sockaddr_in *in = (struct sockaddr_in *)ai->ai_addr;
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ai->ai_addr;
        v4 += ai->ai_family == AF_INET && t_is_reserved_v4(&in->sin_addr);
        v6 += ai->ai_family == AF_INET6 && t_is_reserved_v6(&in6->sin6_addr);
        CHECK(ntohs(in->sin_port) == 443);
    }
    freeaddrinfo(list);
    CHECK(v4 == 3 && v6 == 3);
    return 0;
}

static int getaddrinfo_inet6(void)
{
    struct addrinfo hints = {.ai_family = AF_INET6, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("bucket.s3.dualstack.us-east-1.amazonaws.com", "https", &hints, &list) == 0);
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)list->ai_addr;
    CHECK(list->ai_family == AF_INET6 && !list->ai_next);
    CHECK(t_is_reserved_v6(&in6->sin6_addr) && ntohs(in6->sin6_port) == 443);
    freeaddrinfo(list);
    return 0;
}

static int getaddrinfo_canonical(void)
{
    struct addrinfo hints = {.ai_flags = AI_CANONNAME | AI_ADDRCONFIG, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("S3.Amazonaws.com.", NULL, &hints, &list) == 0);
    CHECK(list->ai_canonname && !strcmp(list->ai_canonname, "S3.Amazonaws.com."));
    freeaddrinfo(list);
    return 0;
}

static int getaddrinfo_numeric(void)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST};
    struct addrinfo *list;
    CHECK(getaddrinfo("sts.amazonaws.com", NULL, &hints, &list) == EAI_NONAME);
    return 0;
}

static int getaddrinfo_bad_service(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("sts.amazonaws.com", "no-such-service", &hints, &list) == EAI_SERVICE);
    return 0;
}

static int getaddrinfo_others(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("localhost", "80", &hints, &list) == 0);
    CHECK(((struct sockaddr_in *)list->ai_addr)->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    freeaddrinfo(list);
    /* The suffix must be a whole one. */
    CHECK(getaddrinfo("notamazonaws.com.invalid", "80", &hints, &list) != 0);
    return 0;
}

static int getaddrinfo_below_localhost(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("bucket.localhost", "5000", &hints, &list) == 0);
    CHECK(((struct sockaddr_in *)list->ai_addr)->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    freeaddrinfo(list);
    return 0;
}

static int every_partition(void)
{
    static const char *const names[] = {
        "sts.amazonaws.com",
        "123456789012.ddb.us-east-1.amazonaws.com",
        "s3.cn-north-1.amazonaws.com.cn",
        "sts.eusc-de-east-1.amazonaws.eu",
        "sts.us-iso-east-1.c2s.ic.gov",
        "sts.us-isob-east-1.sc2s.sgov.gov",
        "sts.eu-isoe-west-1.cloud.adc-e.uk",
        "sts.us-isof-south-1.csp.hci.ic.gov",
        "lambda.us-east-1.api.aws",
        "abc.lambda-url.us-east-1.on.aws",
        "sts.cn-north-1.api.amazonwebservices.com.cn",
        "awsintercept.internal",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
        struct addrinfo *list;
        CHECK(getaddrinfo(names[i], "443", &hints, &list) == 0);
        CHECK(t_is_reserved_v4(&((struct sockaddr_in *)list->ai_addr)->sin_addr));
        freeaddrinfo(list);
    }
    return 0;
}

static int gethostbyname_plain(void)
{
    struct hostent *host = gethostbyname("sqs.us-east-1.amazonaws.com");
    CHECK(host && host->h_addrtype == AF_INET && host->h_length == 4);
    CHECK(t_is_reserved_v4(host->h_addr_list[0]) && !host->h_addr_list[1]);
    CHECK(!strcmp(host->h_name, "sqs.us-east-1.amazonaws.com") && !host->h_aliases[0]);
    return 0;
}

static int gethostbyname2_v6(void)
{
    struct hostent *host = gethostbyname2("sqs.us-east-1.amazonaws.com", AF_INET6);
    CHECK(host && host->h_addrtype == AF_INET6 && host->h_length == 16);
    CHECK(t_is_reserved_v6(host->h_addr_list[0]));
    return 0;
}

static int gethostbyname_reentrant(void)
{
    struct hostent host;
    struct hostent *result = NULL;
    char buf[512];
    int err = 0;
    CHECK(gethostbyname_r("iam.amazonaws.com", &host, buf, 20, &result, &err) == ERANGE);
    CHECK(!result && err == NETDB_INTERNAL);
    CHECK(gethostbyname_r("iam.amazonaws.com", &host, buf + 1, 500, &result, &err) == 0);
    CHECK(result == &host && t_is_reserved_v4(host.h_addr_list[0]));
    CHECK(gethostbyname2_r("iam.amazonaws.com", AF_INET6, &host, buf, 512, &result, &err) == 0);
    CHECK(result == &host && t_is_reserved_v6(host.h_addr_list[0]));
    return 0;
}

static int backwards(void)
{
    char name[256];
    char service[32];
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(443)};
    struct hostent *host = gethostbyname("kms.us-east-1.amazonaws.com");
    CHECK(host);
    memcpy(&in.sin_addr, host->h_addr_list[0], 4);
    CHECK(getnameinfo((struct sockaddr *)&in, sizeof(in), name, sizeof(name), service, 32, 0) == 0);
    CHECK(!strcmp(name, "kms.us-east-1.amazonaws.com") && !strcmp(service, "https"));
    CHECK(getnameinfo(
              (struct sockaddr *)&in, sizeof(in), name, sizeof(name), NULL, 0, NI_NUMERICHOST) ==
          0);
    CHECK(!strncmp(name, "127.97.", 7));
    CHECK(getnameinfo((struct sockaddr *)&in, sizeof(in), name, 4, NULL, 0, 0) == EAI_OVERFLOW);
    host = gethostbyaddr(&in.sin_addr, 4, AF_INET);
    CHECK(host && !strcmp(host->h_name, "kms.us-east-1.amazonaws.com"));
    return 0;
}

const struct snippet resolve_snippets[] = {
    {"getaddrinfo_unspec", getaddrinfo_unspec, PRELOAD},
    {"getaddrinfo_inet6", getaddrinfo_inet6, PRELOAD},
    {"getaddrinfo_canonical", getaddrinfo_canonical, PRELOAD},
    {"getaddrinfo_numeric", getaddrinfo_numeric, ANYWHERE},
    {"getaddrinfo_bad_service", getaddrinfo_bad_service, PRELOAD},
    {"getaddrinfo_others", getaddrinfo_others, ANYWHERE},
    {"getaddrinfo_below_localhost", getaddrinfo_below_localhost, PRELOAD},
    {"every_partition", every_partition, PRELOAD},
    {"gethostbyname", gethostbyname_plain, PRELOAD},
    {"gethostbyname2", gethostbyname2_v6, PRELOAD},
    {"gethostbyname_r", gethostbyname_reentrant, PRELOAD},
    {"backwards", backwards, PRELOAD},
    {NULL, NULL, 0},
};
