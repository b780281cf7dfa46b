/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash, and a small table from address back to the last name. The table forgets what has not
 * been asked for lately; a reverse lookup then shows the address, as it does for any address
 * without a PTR record.
 */
#include "preload/names.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "preload/match.h"

enum { TABLE = 64 };

#define RESERVED_NET 0x7f610000u /* 127.97.0.0/16 */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    uint16_t hash;
    char name[AWI_NAMES_LONGEST + 1];
} table[TABLE];

static size_t normal_length(const char *host)
{
    size_t len = strlen(host);
    return len && host[len - 1] == '.' ? len - 1 : len;
}

/* FNV-1a over the lower-case name, folded. 0 and 65535 look like a network and a broadcast
 * address and are avoided. */
static uint16_t hash_of(const char *host, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)host[i];
        c = c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
        hash = (hash ^ c) * 16777619u;
    }
    uint16_t folded = (uint16_t)(hash ^ hash >> 16);
    return folded == 0 || folded == 65535 ? 1 : folded;
}

void awi_names_assign(const char *host, struct in_addr *v4, struct in6_addr *v6)
{
    size_t len = normal_length(host);
    uint16_t hash = hash_of(host, len);
    uint32_t ip = htonl(RESERVED_NET | hash);

    v4->s_addr = ip;
    memset(v6, 0, sizeof(*v6));
    v6->s6_addr[0] = 0x01;
    memcpy(&v6->s6_addr[12], &ip, sizeof(ip));

    if (len <= AWI_NAMES_LONGEST) {
        pthread_mutex_lock(&lock);
        table[hash % TABLE].hash = hash;
        memcpy(table[hash % TABLE].name, host, len);
        table[hash % TABLE].name[len] = '\0';
        pthread_mutex_unlock(&lock);
    }
}

static bool reserved_hash(const struct sockaddr *addr, socklen_t len, uint16_t *hash)
{
    uint32_t ip = 0;
    if (!awi_match_v4(addr, len, &ip)) {
        static const unsigned char prefix[12] = {0x01};
        if (addr->sa_family != AF_INET6 || len < sizeof(struct sockaddr_in6)) {
            return false;
        }
        const char *in6 =
            (const char *)&((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;
        if (memcmp(in6, prefix, sizeof(prefix))) {
            return false;
        }
        memcpy(&ip, in6 + sizeof(prefix), sizeof(ip));
        ip = ntohl(ip);
    }
    *hash = (uint16_t)ip;
    return (ip & 0xffff0000u) == RESERVED_NET;
}

bool awi_names_reserved(const struct sockaddr *addr, socklen_t len)
{
    uint16_t hash;
    return reserved_hash(addr, len, &hash);
}

bool awi_names_lookup(const struct sockaddr *addr, socklen_t len, char *buf, size_t size)
{
    uint16_t hash;
    if (!reserved_hash(addr, len, &hash)) {
        return false;
    }
    pthread_mutex_lock(&lock);
    const char *name = table[hash % TABLE].name;
    bool found = table[hash % TABLE].hash == hash && *name && strlen(name) < size;
    if (found) {
        memcpy(buf, name, strlen(name) + 1);
    }
    pthread_mutex_unlock(&lock);
    return found;
}
