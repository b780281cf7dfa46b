/* SPDX-License-Identifier: Apache-2.0 */
#include "preload/alias.h"

#include <arpa/nameser.h>
#include <stdint.h>
#include <string.h>

#include "preload/dns.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/names.h"
#include "preload/real.h"

enum { HEAD = 12, RECORD = 10, JUMPS = 16 };

static bool take(const char *from, char name[256])
{
    size_t len = strlen(from);
    if (len > 255 || !awi_match_service(from, len)) {
        return false;
    }
    memcpy(name, from, len + 1);
    return true;
}

bool awi_alias_of_host(const struct hostent *host, char name[256])
{
    for (char **alias = host->h_aliases; alias && *alias; alias++) {
        if (take(*alias, name)) {
            return true;
        }
    }
    return host->h_name && take(host->h_name, name);
}

/* What libc finds for node in a family; NULL: nothing. */
static const struct hostent *
look_up(const char *node, int family, struct hostent *host, char *buf, size_t size)
{
    struct hostent *found = NULL;
    int h_err;
    return AWI_REAL(gethostbyname2_r)(node, family, host, buf, size, &found, &h_err) == 0 ? found
                                                                                          : NULL;
}

bool awi_alias_of_canonical(const char *node, const char *canonical, int family, char name[256])
{
    struct hostent host;
    char buf[4096];

    if (AWI_LIKELY(!awi_match_aws(canonical, strlen(canonical)))) {
        return false;
    }
    const struct hostent *found =
        family == AF_INET6 ? look_up(node, AF_INET6, &host, buf, sizeof(buf)) : NULL;
    found = found ? found : look_up(node, AF_INET, &host, buf, sizeof(buf));
    return found ? awi_alias_of_host(found, name) : take(canonical, name);
}

/*
 * Messages (RFC 1035, 4.1)
 */
struct message {
    unsigned char *at;
    size_t len;
};

/* Reads the name at *at and goes behind it. name may be NULL. */
static bool read_name(const struct message *msg, size_t *at, char *name)
{
    size_t from = *at;
    size_t used = 0;
    unsigned int jumps = 0;
    while (from < msg->len && msg->at[from]) {
        size_t label = msg->at[from];
        if ((label & 0xc0) == 0xc0) {
            if (from + 1 >= msg->len || ++jumps > JUMPS) {
                return false;
            }
            *at = jumps == 1 ? from + 2 : *at;
            from = awi_dns_get16(msg->at + from) & 0x3fff;
            continue;
        }
        if (label > 63 || from + 1 + label >= msg->len || used + label + 1 > 254) {
            return false;
        }
        if (name) {
            name[used] = '.';
            memcpy(name + used + (used > 0), msg->at + from + 1, label);
        }
        used += label + (used > 0);
        from += 1 + label;
    }
    if (from >= msg->len) {
        return false;
    }
    if (name) {
        name[used] = '\0';
    }
    *at = jumps ? *at : from + 1;
    return true;
}

/* Goes behind the header and the questions; name gets the last one's. */
static size_t skip_questions(const struct message *msg, char name[256])
{
    size_t at = HEAD;
    *name = '\0';
    for (unsigned int left = awi_dns_get16(msg->at + 4); left; left--) {
        if (!read_name(msg, &at, name) || (at += 4) > msg->len) {
            return 0;
        }
    }
    return at;
}

/* Goes behind the next record, whose data begins at *data. 0: there is no such thing. */
static unsigned int
next_record(const struct message *msg, size_t *at, size_t *data, size_t *data_len)
{
    if (!read_name(msg, at, NULL) || *at + RECORD > msg->len) {
        return 0;
    }
    const unsigned char *fixed = msg->at + *at;
    *data = *at + RECORD;
    *data_len = awi_dns_get16(fixed + 8);
    *at = *data + *data_len;
    return *at <= msg->len && awi_dns_get16(fixed + 2) == ns_c_in ? awi_dns_get16(fixed)
                                                                  : ns_t_invalid;
}

static bool find_name(const struct message *msg, size_t at, char name[256])
{
    char target[256];
    size_t data;
    size_t data_len;
    for (unsigned int left = awi_dns_get16(msg->at + 6); left; left--) {
        unsigned int type = next_record(msg, &at, &data, &data_len);
        if (type == ns_t_cname && read_name(msg, &data, target) && take(target, name)) {
            return true;
        }
        if (at > msg->len) {
            return false;
        }
    }
    return false;
}

static void overwrite(const struct message *msg, size_t at, const char *name)
{
    struct in_addr v4;
    struct in6_addr v6;
    size_t data;
    size_t data_len;
    struct awi_entry entry;

    awi_enter(&entry);
    awi_names_assign(name, &v4, &v6);
    awi_leave(&entry);
    for (unsigned int left = awi_dns_get16(msg->at + 6); left && at < msg->len; left--) {
        unsigned int type = next_record(msg, &at, &data, &data_len);
        if (type == ns_t_a && data_len == sizeof(v4)) {
            memcpy(msg->at + data, &v4, sizeof(v4));
        } else if (type == ns_t_aaaa && data_len == sizeof(v6)) {
            memcpy(msg->at + data, &v6, sizeof(v6));
        }
    }
}

void awi_alias_in_message(void *message, size_t len)
{
    struct message msg = {.at = message, .len = len};
    char asked[256];
    char name[256];

    if (len < HEAD || !(msg.at[2] & 0x80) || !awi_dns_get16(msg.at + 6)) {
        return;
    }
    size_t answers = skip_questions(&msg, asked);
    if (answers && (take(asked, name) || find_name(&msg, answers, name))) {
        overwrite(&msg, answers, name);
    }
}
