/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask_names NAME...: asks for each name in every way that libc has, and connects to what comes.
 * Prints "NAME WAY ADDRESS" for every address.
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <locale.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void visit(const char *name, const char *way, int family, const void *address)
{
    char text[INET6_ADDRSTRLEN];
    static const uint16_t ports[] = {80, 443};

    printf("%s %s %s\n", name, way, inet_ntop(family, address, text, sizeof(text)));
    for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(ports[i])};
        struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(ports[i])};
        int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int r;

        if (family == AF_INET) {
            memcpy(&in4.sin_addr, address, sizeof(in4.sin_addr));
            r = connect(fd, (struct sockaddr *)&in4, sizeof(in4));
        } else {
            memcpy(&in6.sin6_addr, address, sizeof(in6.sin6_addr));
            r = connect(fd, (struct sockaddr *)&in6, sizeof(in6));
        }
        if (r == 0) {
            static const char hello[] = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

            if (write(fd, hello, sizeof(hello) - 1) > 0) {
                struct pollfd wait = {.fd = fd, .events = POLLIN};
                poll(&wait, 1, 1000);
            }
        }
        close(fd);
    }
}

static void visit_list(const char *name, const char *way, const struct addrinfo *list)
{
    for (; list; list = list->ai_next) {
        const struct sockaddr_in *in4 = (const void *)list->ai_addr;
        const struct sockaddr_in6 *in6 = (const void *)list->ai_addr;
        visit(name,
              way,
              list->ai_family,
              list->ai_family == AF_INET ? (const void *)&in4->sin_addr
                                         : (const void *)&in6->sin6_addr);
    }
}

static void by_getaddrinfo(const char *name, const char *way, int family, int flags)
{
    struct addrinfo hints = {.ai_family = family, .ai_flags = flags, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;

    if (getaddrinfo(name, NULL, &hints, &list) == 0) {
        visit_list(name, way, list);
        freeaddrinfo(list);
    }
}

static void by_getaddrinfo_a(const char *name)
{
    struct gaicb asked = {.ar_name = name};
    struct gaicb *one = &asked;

    if (getaddrinfo_a(GAI_WAIT, &one, 1, NULL) == 0 && gai_error(&asked) == 0) {
        visit_list(name, "getaddrinfo_a", asked.ar_result);
        freeaddrinfo(asked.ar_result);
    }
}

static int is_ascii(const char *name)
{
    while (*name && (unsigned char)*name < 0x80) {
        name++;
    }
    return !*name;
}

static void visit_host(const char *name, const char *way, const struct hostent *host)
{
    for (char **address = host ? host->h_addr_list : NULL; address && *address; address++) {
        visit(name, way, host->h_addrtype, *address);
    }
}

static void by_gethostbyname(const char *name)
{
    struct hostent space;
    struct hostent *host = NULL;
    char room[8192];
    int error;

    visit_host(name, "gethostbyname", gethostbyname(name));
    visit_host(name, "gethostbyname2", gethostbyname2(name, AF_INET6));
    if (gethostbyname_r(name, &space, room, sizeof(room), &host, &error) == 0) {
        visit_host(name, "gethostbyname_r", host);
    }
    if (gethostbyname2_r(name, AF_INET, &space, room, sizeof(room), &host, &error) == 0) {
        visit_host(name, "gethostbyname2_r", host);
    }
}

static void visit_answer(const char *name, const char *way, const unsigned char *answer, int len)
{
    ns_msg message;
    ns_rr record;

    if (len < 0 || ns_initparse(answer, len, &message) < 0) {
        return;
    }
    for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
        if (ns_parserr(&message, ns_s_an, i, &record) == 0 && ns_rr_type(record) == ns_t_a) {
            visit(name, way, AF_INET, ns_rr_rdata(record));
        } else if (ns_rr_type(record) == ns_t_aaaa) {
            visit(name, way, AF_INET6, ns_rr_rdata(record));
        }
    }
}

static void by_query(const char *name)
{
    static const int types[] = {ns_t_a, ns_t_aaaa, ns_t_any, ns_t_txt, ns_t_cname};
    unsigned char answer[4096];
    unsigned char query[1024];
    struct __res_state state = {0};
    const char *dot = strchr(name, '.');
    char head[256];

    res_ninit(&state);
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        int type = types[i];
        int size = (int)sizeof(answer);

        visit_answer(name, "res_query", answer, res_query(name, ns_c_in, type, answer, size));
        visit_answer(name, "res_search", answer, res_search(name, ns_c_in, type, answer, size));
        visit_answer(
            name, "res_nquery", answer, res_nquery(&state, name, ns_c_in, type, answer, size));
        visit_answer(
            name, "res_nsearch", answer, res_nsearch(&state, name, ns_c_in, type, answer, size));
        if (dot && (size_t)(dot - name) < sizeof(head)) {
            memcpy(head, name, (size_t)(dot - name));
            head[dot - name] = '\0';
            visit_answer(name,
                         "res_querydomain",
                         answer,
                         res_querydomain(head, dot + 1, ns_c_in, type, answer, size));
            visit_answer(name,
                         "res_nquerydomain",
                         answer,
                         res_nquerydomain(&state, head, dot + 1, ns_c_in, type, answer, size));
        }
        int len = res_mkquery(ns_o_query, name, ns_c_in, type, NULL, 0, NULL, query, sizeof(query));
        if (len > 0) {
            visit_answer(name, "res_send", answer, res_send(query, len, answer, size));
            visit_answer(name, "res_nsend", answer, res_nsend(&state, query, len, answer, size));
        }
    }
    res_nclose(&state);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    for (int i = 1; i < argc; i++) {
        by_getaddrinfo(argv[i], "idn", AF_UNSPEC, AI_IDN);
        by_getaddrinfo(argv[i], "canonidn", AF_INET, AI_IDN | AI_CANONNAME | AI_CANONIDN);
        if (is_ascii(argv[i])) {
            by_getaddrinfo(argv[i], "getaddrinfo", AF_UNSPEC, 0);
            by_getaddrinfo(argv[i], "inet", AF_INET, AI_ADDRCONFIG);
            by_getaddrinfo(argv[i], "inet6", AF_INET6, AI_V4MAPPED | AI_ALL);
            by_getaddrinfo_a(argv[i]);
            by_gethostbyname(argv[i]);
            by_query(argv[i]);
        }
    }
    return 0;
}
