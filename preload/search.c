/* SPDX-License-Identifier: Apache-2.0 */
#include "preload/search.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "preload/guard.h"
#include "preload/match.h"
#include "preload/real.h"
#include "preload/shim.h"

#include <resolv.h>

_Static_assert(sizeof(((struct awi_search *)0)->domains) / sizeof(char *) == MAXDNSRCH,
               "the list of struct __res_state");

typedef struct __res_state *state_fn(void);
typedef int init_fn(struct __res_state *state);

/* The resolver's state of this thread, set up as the first look-up would. NULL: a libc without. */
static struct __res_state *thread_state(void)
{
    static _Atomic(state_fn *) get;
    static _Atomic(init_fn *) init;
    state_fn *get_now = atomic_load_explicit(&get, memory_order_relaxed);
    init_fn *init_now = atomic_load_explicit(&init, memory_order_relaxed);

    if (AWI_UNLIKELY(!get_now || !init_now)) {
        *(void **)&get_now = dlsym(RTLD_DEFAULT, "__res_state");
        *(void **)&init_now = dlsym(RTLD_DEFAULT, "__res_ninit");
        if (!get_now || !init_now) {
            dlerror();
            return NULL;
        }
        atomic_store_explicit(&get, get_now, memory_order_relaxed);
        atomic_store_explicit(&init, init_now, memory_order_relaxed);
    }
    struct __res_state *state = get_now();
    return (state->options & RES_INIT) || init_now(state) == 0 ? state : NULL;
}

static unsigned int count_dots(const char *name)
{
    unsigned int dots = 0;
    for (; *name; name++) {
        dots += *name == '.';
    }
    return dots;
}

/* Neither an address nor a full name. */
static bool is_searched(const char *name)
{
    size_t len = strlen(name);
    return len && len < AWI_SEARCH_NAME && name[len - 1] != '.' && !strchr(name, ':') &&
           strspn(name, "0123456789.") < len;
}

/* name.domain, if AWS has such a service. */
static bool complete(const char *name, const char *domain, char ret[AWI_SEARCH_NAME])
{
    int n = snprintf(ret, AWI_SEARCH_NAME, "%s.%s", name, domain);
    struct awi_entry entry;
    awi_enter(&entry);
    const struct awi_core_api *core = awi_core();
    bool known = n < AWI_SEARCH_NAME && core && core->is_service(ret);
    awi_leave(&entry);
    if (!known) {
        *ret = '\0';
    }
    return known;
}

/* The name that the file of HOSTALIASES gives for one without dots: lines "ALIAS NAME". */
static bool by_file(const char *name, char ret[AWI_SEARCH_NAME])
{
    const char *path = awi_environ("HOSTALIASES");
    static const char blank[] = " \t\r\n";
    bool found = false;
    char line[1024];

    if (AWI_LIKELY(!path)) {
        return false;
    }
    struct awi_entry entry;
    awi_enter(&entry);
    FILE *file = AWI_REAL(fopen)(path, "re");
    while (file && !found && fgets(line, sizeof(line), file)) {
        size_t len = strcspn(line, blank);
        const char *full = line + len + strspn(line + len, blank);
        size_t full_len = strcspn(full, blank);
        found = full_len && full_len < AWI_SEARCH_NAME && len == strlen(name) &&
                !strncasecmp(line, name, len);
        if (found) {
            memcpy(ret, full, full_len);
            ret[full_len] = '\0';
        }
    }
    if (file) {
        fclose(file);
    }
    awi_leave(&entry);
    found = found && awi_match_aws(ret, strlen(ret));
    if (!found) {
        *ret = '\0';
    }
    return found;
}

/* The domains that libc shall try, up to the one that is ours to answer. Returns their number. */
static size_t
select_domains(struct awi_search *search, const struct __res_state *state, const char *node)
{
    size_t kept = 0;
    for (size_t i = 0; i < MAXDNSRCH && state->dnsrch[i]; i++) {
        if (!awi_match_aws(state->dnsrch[i], strlen(state->dnsrch[i]))) {
            search->domains[kept++] = state->dnsrch[i];
        } else if (complete(node, state->dnsrch[i], search->name)) {
            break;
        }
    }
    return kept;
}

static bool lists_aws(const struct __res_state *state)
{
    for (size_t i = 0; i < MAXDNSRCH && state->dnsrch[i]; i++) {
        if (AWI_UNLIKELY(awi_match_aws(state->dnsrch[i], strlen(state->dnsrch[i])))) {
            return true;
        }
    }
    return false;
}

/* Exchanges what libc goes by for what is in *search. */
static void exchange(struct awi_search *search, struct __res_state *state)
{
    unsigned long options = state->options;
    int servers = state->nscount;
    for (size_t i = 0; i < MAXDNSRCH; i++) {
        char *domain = state->dnsrch[i];
        state->dnsrch[i] = search->domains[i];
        search->domains[i] = domain;
    }
    state->options = search->options;
    state->nscount = search->servers;
    search->options = options;
    search->servers = servers;
}

void awi_search_begin(struct awi_search *search, const char *node, void *given)
{
    *search->name = '\0';
    search->first = false;
    search->state = NULL;
    if (!is_searched(node)) {
        return;
    }
    unsigned int dots = count_dots(node);
    struct __res_state *state = given ? given : thread_state();
    bool aliased = !dots && by_file(node, search->name);
    if (!state || (AWI_LIKELY(!aliased) && AWI_LIKELY(!lists_aws(state))) ||
        (!aliased && !(state->options & (dots ? RES_DNSRCH : RES_DEFNAMES)))) {
        return;
    }
    memset(search->domains, 0, sizeof(search->domains));
    size_t kept = aliased ? 0 : select_domains(search, state, node);
    search->first = *search->name && !kept && (aliased || dots < state->ndots);
    search->options = state->options | (*search->name && !dots ? RES_NOTLDQUERY : 0);
    search->servers = search->first ? 0 : state->nscount;
    search->state = state;
    exchange(search, state);
}

void awi_search_end(struct awi_search *search)
{
    if (AWI_UNLIKELY(search->state != NULL)) {
        exchange(search, search->state);
        search->state = NULL;
    }
}

bool awi_search_leads(const char *node)
{
    struct awi_search search;
    awi_search_begin(&search, node, NULL);
    awi_search_end(&search);
    return *search.name;
}
