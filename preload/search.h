/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short names. libc makes full ones of them by the search list of resolv.conf (or LOCALDOMAIN) and
 * by the file that HOSTALIASES names. A domain of that list which is AWS's is taken out of it while
 * libc looks a name up, so no question about an AWS name is ever sent; what it would have made of
 * the name is ours to answer where AWS has such a service, in the place that the list gives it.
 *
 * A list without such a domain costs a look at its ends. Only the first six domains are seen, as in
 * struct __res_state; what a seventh leads to is seen by its canonical name (alias.h).
 */
#pragma once

#include <stdbool.h>

enum { AWI_SEARCH_NAME = 256 };

struct awi_search {
    char name[AWI_SEARCH_NAME]; /* ours to answer when libc finds nothing; "": none */
    bool first;                 /* libc has no name server to ask before */
    /* The list as it was; state NULL: unchanged. */
    void *state;
    char *domains[6];
    unsigned long options;
    int servers;
};

/* Before libc looks node up on this thread. state: of the n-functions, NULL: the thread's. Outside
 * awi_enter(). */
void awi_search_begin(struct awi_search *search, const char *node, void *state);

/* After it. Keeps errno. */
void awi_search_end(struct awi_search *search);

/* Would some of it be ours? */
bool awi_search_leads(const char *node);
