/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/key.h"

#include "core/util/base64.h"

#include <errno.h>

#define KEY_BYTES   10
#define TOKEN_BYTES (AWI_TOKEN_LEN / 4 * 3)

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char token_mark[] = "awsintercept"; /* 12 bytes: 16 characters of the token */

static int base32_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* The ten bytes behind the prefix of a key id. */
static bool key_bytes(struct awi_str id, unsigned char bytes[KEY_BYTES])
{
    uint64_t bits = 0;

    if (id.len != AWI_KEY_ID_LEN) {
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        if (id.ptr[i] < 'A' || id.ptr[i] > 'Z') {
            return false;
        }
    }
    for (size_t i = 0, out = 0; i < 16; i++) {
        int value = base32_value(id.ptr[4 + i]);
        if (value < 0) {
            return false;
        }
        bits = bits << 5 | (uint64_t)value;
        if (i % 8 == 7) {
            for (int byte = 4; byte >= 0; byte--) {
                bytes[out++] = (unsigned char)(bits >> (8 * byte));
            }
            bits = 0;
        }
    }
    return true;
}

enum awi_key_form awi_key_form(struct awi_str id)
{
    unsigned char bytes[KEY_BYTES];

    if (awi_str_is_account(id)) {
        return AWI_KEY_ACCOUNT;
    }
    if (!key_bytes(id, bytes)) {
        return AWI_KEY_FREE;
    }
    return awi_str_starts(id, AWI_STR("AKIA"))   ? AWI_KEY_LONG_TERM
           : awi_str_starts(id, AWI_STR("ASIA")) ? AWI_KEY_TEMPORARY
                                                 : AWI_KEY_FREE;
}

int awi_key_account(struct awi_str id, char ret[13])
{
    unsigned char bytes[KEY_BYTES];
    uint64_t first = 0, account;

    if (!key_bytes(id, bytes)) {
        return -EINVAL;
    }
    for (size_t i = 0; i < 6; i++) {
        first = first << 8 | bytes[i];
    }
    account = (first & UINT64_C(0x7fffffffff80)) >> 7;
    if (!(first >> 47) || account > UINT64_C(999999999999)) {
        return -ENODATA;
    }
    for (int i = 11; i >= 0; i--) {
        ret[i] = (char)('0' + account % 10);
        account /= 10;
    }
    ret[12] = '\0';
    return 0;
}

int awi_key_make(struct awi_random *random,
                 const char *prefix,
                 struct awi_str account,
                 char ret[AWI_KEY_ID_LEN + 1])
{
    unsigned char bytes[KEY_BYTES];
    uint64_t number, first;

    if (!awi_str_is_account(account) || awi_str_to_u64(account, &number)) {
        return -EINVAL;
    }
    awi_random_fill(random, bytes, sizeof(bytes));
    first = UINT64_C(1) << 47 | number << 7 | (bytes[5] & 0x7f);
    for (int i = 5; i >= 0; i--) {
        bytes[i] = (unsigned char)first;
        first >>= 8;
    }
    memcpy(ret, prefix, 4);
    for (size_t half = 0; half < 2; half++) {
        uint64_t bits = 0;
        for (size_t i = 0; i < 5; i++) {
            bits = bits << 8 | bytes[half * 5 + i];
        }
        for (size_t i = 0; i < 8; i++) {
            ret[4 + half * 8 + i] = base32[(bits >> (35 - 5 * i)) & 31];
        }
    }
    ret[AWI_KEY_ID_LEN] = '\0';
    return 0;
}

void awi_secret_make(struct awi_random *random, char ret[AWI_SECRET_LEN + 1])
{
    unsigned char bytes[AWI_SECRET_LEN / 4 * 3];

    awi_random_fill(random, bytes, sizeof(bytes));
    awi_base64_write(ret, awi_str_of(bytes, sizeof(bytes)));
    ret[AWI_SECRET_LEN] = '\0';
}

void awi_entity_make(struct awi_random *random, const char *prefix, char ret[AWI_ENTITY_LEN + 1])
{
    unsigned char bytes[AWI_ENTITY_LEN - 4];

    awi_random_fill(random, bytes, sizeof(bytes));
    memcpy(ret, prefix, 4);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        ret[4 + i] = base32[bytes[i] & 31];
    }
    ret[AWI_ENTITY_LEN] = '\0';
}

void awi_token_make(struct awi_random *random, char ret[AWI_TOKEN_LEN + 1])
{
    unsigned char bytes[TOKEN_BYTES];
    size_t mark = sizeof(token_mark) - 1;

    memcpy(bytes, token_mark, mark);
    awi_random_fill(random, bytes + mark, sizeof(bytes) - mark);
    awi_base64_write(ret, awi_str_of(bytes, sizeof(bytes)));
    ret[AWI_TOKEN_LEN] = '\0';
}

bool awi_token_is_ours(struct awi_str token)
{
    char mark[16];

    awi_base64_write(mark, AWI_STR(token_mark));
    return token.len == AWI_TOKEN_LEN && memcmp(token.ptr, mark, sizeof(mark)) == 0;
}

bool awi_key_same(struct awi_str a, struct awi_str b)
{
    unsigned char differs = 0;

    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        differs |= (unsigned char)(a.ptr[i] ^ b.ptr[i]);
    }
    return differs == 0;
}
