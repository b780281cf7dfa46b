/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of name servers, well formed and not. preload/alias.c alone: what it asks of the rest of
 * the shim is answered here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "preload/alias.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/names.h"
#include "preload/real.h"

__thread int awi_guard;
void *awi_real_table[AWI_ID_COUNT];
static char assigned[256];

void awi_enter(struct awi_entry *entry)
{
}

void awi_leave(struct awi_entry *entry)
{
}

void *awi_real_bind(enum awi_hook_id id)
{
    return NULL;
}

bool awi_match_aws(const char *host, size_t len)
{
    static const char suffix[] = ".amazonaws.com";
    size_t tail = sizeof(suffix) - 1;
    return len > tail && !memcmp(host + len - tail, suffix, tail);
}

bool awi_match_service(const char *host, size_t len)
{
    return awi_match_aws(host, len) && !strstr(host, ".elb.");
}

void awi_names_assign(const char *host, struct in_addr *v4, struct in6_addr *v6)
{
    snprintf(assigned, sizeof(assigned), "%s", host);
    memset(v4, 0x11, sizeof(*v4));
    memset(v6, 0x66, sizeof(*v6));
}

/* sts.corp is a CNAME of sts.amazonaws.com (whose end is the literal "com" behind a pointer), which
 * has an address of each family. */
static const unsigned char good[] =
    "\x12\x34\x81\x80\0\1\0\3\0\0\0\0"
    "\3sts\4corp\0\0\1\0\1"
    "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\x13\3sts\x09"
    "amazonaws\3com\0"
    "\xc0\x26\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4"
    "\xc0\x26\0\x1c\0\1\0\0\0\x3c\0\x10\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10";
enum { LEN = sizeof(good) - 1, V6_AT = LEN - 16, V4_AT = V6_AT - 12 - 4, NAME_AT = 43 };

static void test_addresses_are_exchanged(void **state)
{
    unsigned char message[LEN];
    static const unsigned char v4[4] = {0x11, 0x11, 0x11, 0x11};

    (void)state;
    memcpy(message, good, LEN);
    awi_alias_in_message(message, LEN);
    assert_string_equal(assigned, "sts.amazonaws.com");
    assert_memory_equal(message + V4_AT, v4, 4);
    assert_int_equal(message[V6_AT], 0x66);
    assert_int_equal(message[LEN - 1], 0x66);
    assert_memory_equal(message, good, V4_AT);
}

static void test_others_are_left(void **state)
{
    unsigned char message[LEN];

    (void)state;
    memcpy(message, good, LEN);
    message[2] &= 0x7f; /* a query */
    awi_alias_in_message(message, LEN);
    assert_memory_equal(message + V4_AT, good + V4_AT, 4);
    memcpy(message, good, LEN);
    message[NAME_AT] = 'e'; /* emazonaws.com */
    awi_alias_in_message(message, LEN);
    assert_memory_equal(message + V4_AT, good + V4_AT, 4);
}

/* Whatever comes, nothing beside the message is touched: the sanitizers' and valgrind's to see. */
static void test_broken_messages(void **state)
{
    (void)state;
    srand(1);
    for (int i = 0; i < 50000; i++) {
        size_t len = (size_t)rand() % (LEN + 1);
        unsigned char *message = malloc(len + 16);
        assert_non_null(message);
        memcpy(message, good, len);
        memset(message + len, 0xee, 16);
        for (int changes = rand() % 6; changes && len; changes--) {
            message[(size_t)rand() % len] = rand() % 3 ? (unsigned char)rand() : 0xc0;
        }
        awi_alias_in_message(message, len);
        for (size_t at = len; at < len + 16; at++) {
            assert_int_equal(message[at], 0xee);
        }
        free(message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_are_exchanged),
        cmocka_unit_test(test_others_are_left),
        cmocka_unit_test(test_broken_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
