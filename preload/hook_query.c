/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rarer ways to ask libc for an address: getaddrinfo_a() and the resolver library. Inside libc
 * they do not pass through the hooks of hook_resolve.c and dns.c.
 */
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "preload/alias.h"
#include "preload/dns.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/real.h"
#include "preload/search.h"
#include "preload/shim.h"

static bool is_ours(const char *name)
{
    return name && !awi_inside() && !awi_disabled() && awi_match_name(name, 0);
}

static bool leads_to_ours(const char *name)
{
    return is_ours(name) || (name && !awi_inside() && !awi_disabled() && awi_search_leads(name));
}

/* Names of ours are resolved at once, the others by the real function: it gives the notice also
 * when nothing is left for it to do. */
int hook_getaddrinfo_a(int mode, struct gaicb **list, int count, struct sigevent *event)
{
    awi_fn_getaddrinfo_a real = AWI_REAL(getaddrinfo_a);
    int ours = 0;
    for (int i = 0; list && i < count; i++) {
        ours += list[i] && leads_to_ours(list[i]->ar_name);
    }
    if (AWI_LIKELY(!ours)) {
        return real(mode, list, count, event);
    }
    struct gaicb **others = calloc((size_t)count, sizeof(*others));
    if (!others) {
        return EAI_MEMORY;
    }
    int left = 0;
    for (int i = 0; i < count; i++) {
        struct gaicb *item = list[i];
        if (item && leads_to_ours(item->ar_name)) {
            item->__return = hook_getaddrinfo(
                item->ar_name, item->ar_service, item->ar_request, &item->ar_result);
        } else if (item) {
            others[left++] = item;
        }
    }
    int r = left || mode == GAI_NOWAIT ? real(mode, others, left, event) : 0;
    free(others);
    return r;
}

/*
 * Queries by the resolver library. NOT_OURS: the real function shall ask.
 */
enum { NOT_OURS = -2, HEAD = 12, ROOM = 600 };

static int answer_query(const unsigned char *query, size_t len, unsigned char *answer, int size)
{
    unsigned char full[ROOM];
    if (awi_inside() || awi_disabled()) {
        return NOT_OURS;
    }
    struct awi_entry entry;
    awi_enter(&entry);
    size_t n = awi_dns_answer(query, len, full, sizeof(full));
    awi_leave(&entry);
    if (!n) {
        return NOT_OURS;
    }
    memcpy(answer, full, size < 0 ? 0 : n < (size_t)size ? n : (size_t)size);
    return (int)n;
}

/* The labels of a name behind one another. Returns the offset behind them, 0 when it is no name. */
static size_t put_name(const char *name, unsigned char query[ROOM])
{
    size_t at = HEAD;
    while (*name) {
        size_t label = strcspn(name, ".");
        if (!label || label > 63) {
            return 0;
        }
        query[at++] = (unsigned char)label;
        memcpy(query + at, name, label);
        at += label;
        name += label + (name[label] == '.');
    }
    return at;
}

/* Builds the question and answers it as res_query() does: no records is an error. What has no
 * answer is refused too, since nothing may ask the network for a name of ours. */
static int answer_name(const char *name, int class, int type, unsigned char *answer, int size)
{
    unsigned char query[ROOM] = {[2] = 0x01, [5] = 1};
    if (!is_ours(name)) {
        return NOT_OURS;
    }
    size_t at = class == ns_c_in && size >= HEAD ? put_name(name, query) : 0;
    if (!at) {
        h_errno = NO_RECOVERY;
        return -1;
    }
    query[at + 1] = (unsigned char)(type >> 8);
    query[at + 2] = (unsigned char)type;
    query[at + 4] = (unsigned char)class;
    int n = answer_query(query, at + 5, answer, size);
    if (n < 0 || !answer[7]) {
        h_errno = n < 0 ? NO_RECOVERY : NO_DATA;
        return -1;
    }
    return n;
}

/* A name in two parts; domain NULL: the first is all. */
static int answer_parts(
    const char *name, const char *domain, int class, int type, unsigned char *answer, int size)
{
    char whole[ROOM];
    size_t first = name ? strlen(name) : sizeof(whole);
    size_t second = domain ? strlen(domain) : 0;
    if (first + second + 2 > sizeof(whole)) {
        return NOT_OURS;
    }
    memcpy(whole, name, first + 1);
    if (domain) {
        whole[first] = '.';
        memcpy(whole + first + 1, domain, second + 1);
    }
    return answer_name(whole, class, type, answer, size);
}

/* What the real function has answered, which may lead to a name of ours. */
static int look_at(int n, unsigned char *answer, int size)
{
    if (n > 0 && size > 0 && answer && !awi_inside() && !awi_disabled()) {
        awi_alias_in_message(answer, (size_t)(n < size ? n : size));
    }
    return n;
}

#define HOOK_ANSWER(hook, params, ask, call)                                                       \
    int hook params                                                                                \
    {                                                                                              \
        int n = ask;                                                                               \
        return n == NOT_OURS ? look_at(call, answer, size) : n;                                    \
    }

/* The functions that go through the search list. */
static void search_begin(struct awi_search *search, const char *name, void *state)
{
    if (name && !awi_inside() && !awi_disabled()) {
        awi_search_begin(search, name, state);
    } else {
        *search = (struct awi_search){.state = NULL};
    }
}

#define HOOK_SEARCH(hook, params, asked, of, call)                                                 \
    int hook params                                                                                \
    {                                                                                              \
        struct awi_search search;                                                                  \
        int n = answer_name(asked, class, type, answer, size);                                     \
        if (n != NOT_OURS) {                                                                       \
            return n;                                                                              \
        }                                                                                          \
        search_begin(&search, asked, of);                                                          \
        n = search.first ? -1 : look_at(call, answer, size);                                       \
        awi_search_end(&search);                                                                   \
        return n < 0 && *search.name ? answer_name(search.name, class, type, answer, size) : n;    \
    }

#define BY_NAME(name)                                                                              \
    HOOK_ANSWER(hook_##name,                                                                       \
                (const char *host, int class, int type, unsigned char *answer, int size),          \
                answer_name(host, class, type, answer, size),                                      \
                AWI_REAL(name)(host, class, type, answer, size))

#define BY_NAME_STATE(name)                                                                        \
    HOOK_ANSWER(                                                                                   \
        hook_##name,                                                                               \
        (void *state, const char *host, int class, int type, unsigned char *answer, int size),     \
        answer_name(host, class, type, answer, size),                                              \
        AWI_REAL(name)(state, host, class, type, answer, size))

#define BY_SEARCH(name)                                                                            \
    HOOK_SEARCH(hook_##name,                                                                       \
                (const char *host, int class, int type, unsigned char *answer, int size),          \
                host,                                                                              \
                NULL,                                                                              \
                AWI_REAL(name)(host, class, type, answer, size))

#define BY_SEARCH_STATE(name)                                                                      \
    HOOK_SEARCH(                                                                                   \
        hook_##name,                                                                               \
        (void *state, const char *host, int class, int type, unsigned char *answer, int size),     \
        host,                                                                                      \
        state,                                                                                     \
        AWI_REAL(name)(state, host, class, type, answer, size))

#define BY_PARTS(name)                                                                             \
    HOOK_ANSWER(hook_##name,                                                                       \
                (const char *host,                                                                 \
                 const char *domain,                                                               \
                 int class,                                                                        \
                 int type,                                                                         \
                 unsigned char *answer,                                                            \
                 int size),                                                                        \
                answer_parts(host, domain, class, type, answer, size),                             \
                AWI_REAL(name)(host, domain, class, type, answer, size))

#define BY_PARTS_STATE(name)                                                                       \
    HOOK_ANSWER(hook_##name,                                                                       \
                (void *state,                                                                      \
                 const char *host,                                                                 \
                 const char *domain,                                                               \
                 int class,                                                                        \
                 int type,                                                                         \
                 unsigned char *answer,                                                            \
                 int size),                                                                        \
                answer_parts(host, domain, class, type, answer, size),                             \
                AWI_REAL(name)(state, host, domain, class, type, answer, size))

#define BY_MESSAGE(name)                                                                           \
    HOOK_ANSWER(hook_##name,                                                                       \
                (const unsigned char *query, int len, unsigned char *answer, int size),            \
                answer_query(query, (size_t)len, answer, size),                                    \
                AWI_REAL(name)(query, len, answer, size))

#define BY_MESSAGE_STATE(name)                                                                     \
    HOOK_ANSWER(                                                                                   \
        hook_##name,                                                                               \
        (void *state, const unsigned char *query, int len, unsigned char *answer, int size),       \
        answer_query(query, (size_t)len, answer, size),                                            \
        AWI_REAL(name)(state, query, len, answer, size))

/* clang-format off */
BY_NAME(res_query)
BY_NAME(__res_query)
BY_SEARCH(res_search)
BY_SEARCH(__res_search)
BY_NAME_STATE(res_nquery)
BY_NAME_STATE(__res_nquery)
BY_SEARCH_STATE(res_nsearch)
BY_SEARCH_STATE(__res_nsearch)
BY_PARTS(res_querydomain)
BY_PARTS(__res_querydomain)
BY_PARTS_STATE(res_nquerydomain)
BY_PARTS_STATE(__res_nquerydomain)
BY_MESSAGE(res_send)
BY_MESSAGE(__res_send)
BY_MESSAGE_STATE(res_nsend)
BY_MESSAGE_STATE(__res_nsend)
/* clang-format on */
