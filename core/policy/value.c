/* SPDX-License-Identifier: Apache-2.0 */
/* The types of condition values other than text: numbers, truth, addresses (5.4-5.6). Nothing is
 * copied: a number is compared where it stands, with all its digits. */
#include "core/policy/internal.h"

#include <arpa/inet.h>

/* --- Numbers --------------------------------------------------------------------------------- */

/* Enough for any sum of a magnitude and an exponent. */
#define LARGEST_EXPONENT 1000000

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(struct awi_str s)
{
    size_t n = 0;

    while (n < s.len && is_digit(s.ptr[n])) {
        n++;
    }
    return n;
}

static bool read_exponent(struct awi_str s, int64_t *ret)
{
    *ret = 0;
    if (s.len == 0) {
        return true;
    }
    if (s.ptr[0] != 'e' && s.ptr[0] != 'E') {
        return false;
    }
    return awi_str_to_i64(awi_str_skip(s, 1), ret) == 0 && *ret <= LARGEST_EXPONENT &&
           *ret >= -LARGEST_EXPONENT;
}

void awi_policy_number_read(struct awi_str text, struct number *ret)
{
    struct number number = {0};
    int64_t exponent = 0;

    *ret = number;
    text = awi_str_trim(text);
    number.negative = text.len && text.ptr[0] == '-';
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        text = awi_str_skip(text, 1);
    }
    size_t whole = digits(text);
    size_t len = whole;
    if (len < text.len && text.ptr[len] == '.') {
        size_t fraction = digits(awi_str_skip(text, len + 1));
        len += 1 + fraction;
        if (whole + fraction == 0) {
            return;
        }
    } else if (whole == 0) {
        return;
    }
    if (!read_exponent(awi_str_skip(text, len), &exponent)) {
        return;
    }
    size_t first = 0;
    while (first < len && (text.ptr[first] == '0' || text.ptr[first] == '.')) {
        first++;
    }
    number.valid = true;
    number.zero = first == len;
    number.at = text.ptr + first;
    number.end = text.ptr + len;
    number.magnitude = first < whole ? (int64_t)(whole - first) - 1 : -(int64_t)(first - whole);
    number.magnitude += exponent;
    *ret = number;
}

/* The next digit, 0 behind the last. */
static char next_digit(const char **at, const char *end)
{
    if (*at < end && **at == '.') {
        ++*at;
    }
    return *at < end ? *(*at)++ : '0';
}

static int cmp_magnitudes(const struct number *a, const struct number *b)
{
    const char *x = a->at;
    const char *y = b->at;

    if (a->magnitude != b->magnitude) {
        return a->magnitude < b->magnitude ? -1 : 1;
    }
    while (x < a->end || y < b->end) {
        char m = next_digit(&x, a->end);
        char n = next_digit(&y, b->end);
        if (m != n) {
            return m < n ? -1 : 1;
        }
    }
    return 0;
}

static int sign(const struct number *n)
{
    if (n->zero) {
        return 0;
    }
    return n->negative ? -1 : 1;
}

int awi_policy_number_cmp(const struct number *a, const struct number *b)
{
    if (sign(a) != sign(b)) {
        return sign(a) < sign(b) ? -1 : 1;
    }
    return sign(a) * cmp_magnitudes(a, b);
}

/* --- Addresses ------------------------------------------------------------------------------- */

void awi_policy_network_read(struct awi_str text, bool prefix, struct network *ret)
{
    char copy[INET6_ADDRSTRLEN];
    struct network network = {0};
    ptrdiff_t slash = awi_str_find(text, '/');
    struct awi_str address = slash < 0 ? text : awi_str_head(text, (size_t)slash);
    uint64_t bits = 0;

    *ret = network;
    if ((slash >= 0 && !prefix) || address.len >= sizeof(copy)) {
        return;
    }
    memcpy(copy, address.ptr ? address.ptr : "", address.len);
    copy[address.len] = '\0';
    if (strlen(copy) != address.len) {
        return;
    }
    network.family = inet_pton(AF_INET, copy, network.address) == 1    ? 4
                     : inet_pton(AF_INET6, copy, network.address) == 1 ? 6
                                                                       : 0;
    network.prefix = network.family == 4 ? 32 : 128;
    if (slash >= 0) {
        if (awi_str_to_u64(awi_str_skip(text, (size_t)slash + 1), &bits) < 0 ||
            bits > network.prefix) {
            return;
        }
        network.prefix = (unsigned)bits;
    }
    *ret = network;
}

bool awi_policy_network_holds(const struct network *network, const struct network *address)
{
    unsigned bytes = network->prefix / 8;
    unsigned bits = network->prefix % 8;

    if (network->family == 0 || network->family != address->family ||
        memcmp(network->address, address->address, bytes) != 0) {
        return false;
    }
    return bits == 0 || (network->address[bytes] ^ address->address[bytes]) >> (8 - bits) == 0;
}

/* --- Truth and bytes ------------------------------------------------------------------------- */

int awi_policy_truth_read(struct awi_str text)
{
    if (awi_str_is_nocase(text, "true")) {
        return 1;
    }
    return awi_str_is_nocase(text, "false") ? 0 : -1;
}

static int base64_digit(char c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(alphabet, c) : NULL;

    return at ? (int)(at - alphabet) : -1;
}

/* Strict, so that equal bytes have equal texts. */
bool awi_policy_base64_is_valid(struct awi_str text)
{
    size_t padding = awi_str_ends(text, AWI_STR("=="))  ? 2
                     : awi_str_ends(text, AWI_STR("=")) ? 1
                                                        : 0;

    if (text.len % 4 != 0) {
        return false;
    }
    for (size_t i = 0; i + padding < text.len; i++) {
        if (base64_digit(text.ptr[i]) < 0) {
            return false;
        }
    }
    if (padding == 0) {
        return true;
    }
    int last = base64_digit(text.ptr[text.len - padding - 1]);
    return (last & (padding == 2 ? 0xf : 3)) == 0;
}
