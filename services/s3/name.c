/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/name.h"

static bool is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool has_valid_characters(struct awi_str name)
{
    if (!is_lower_alnum(name.ptr[0]) || !is_lower_alnum(name.ptr[name.len - 1])) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!is_lower_alnum(c) && c != '-' && c != '.') {
            return false;
        }
        if (c == '.' && name.ptr[i - 1] == '.') {
            return false;
        }
    }
    return true;
}

/* Four groups of one to three digits. */
static bool is_address(struct awi_str name)
{
    struct awi_str rest = name, group;
    int groups = 0;

    while (awi_str_cut(&rest, '.', &group)) {
        if (group.len < 1 || group.len > 3) {
            return false;
        }
        for (size_t i = 0; i < group.len; i++) {
            if (group.ptr[i] < '0' || group.ptr[i] > '9') {
                return false;
            }
        }
        groups++;
    }
    return groups == 4;
}

static bool is_reserved(struct awi_str name)
{
    static const struct awi_str heads[] = {
        AWI_STR_INIT("xn--"),
        AWI_STR_INIT("sthree-"),
        AWI_STR_INIT("amzn-s3-demo-"),
    };
    static const struct awi_str tails[] = {
        AWI_STR_INIT("-s3alias"),
        AWI_STR_INIT("--ol-s3"),
        AWI_STR_INIT(".mrap"),
        AWI_STR_INIT("--table-s3"),
    };

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        if (awi_str_starts(name, heads[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        if (awi_str_ends(name, tails[i])) {
            return true;
        }
    }
    return false;
}

enum s3_name_kind s3_bucket_name_kind(struct awi_str name)
{
    if (name.len < 3 || name.len > 63 || !has_valid_characters(name) || is_address(name) ||
        is_reserved(name)) {
        return S3_NAME_INVALID;
    }
    if (awi_str_ends(name, AWI_STR("--x-s3"))) {
        return S3_NAME_DIRECTORY;
    }
    return awi_str_ends(name, AWI_STR("-an")) ? S3_NAME_REGIONAL : S3_NAME_GENERAL;
}

/* Takes tail off the end of *s. */
static bool take_tail(struct awi_str *s, struct awi_str tail)
{
    if (!awi_str_ends(*s, tail)) {
        return false;
    }
    s->len -= tail.len;
    return true;
}

bool s3_bucket_name_belongs(struct awi_str name, struct awi_str account, struct awi_str region)
{
    return take_tail(&name, AWI_STR("-an")) && take_tail(&name, region) &&
           take_tail(&name, AWI_STR("-")) && take_tail(&name, account) &&
           take_tail(&name, AWI_STR("-")) && name.len > 0;
}

bool s3_key_is_utf8(struct awi_str key)
{
    const unsigned char *p = (const unsigned char *)key.ptr, *end = p + key.len;

    while (p < end) {
        uint32_t code = *p++;
        int more = code < 0x80 ? 0 : code >= 0xf0 ? 3 : code >= 0xe0 ? 2 : 1;
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

        if ((code >= 0x80 && code < 0xc2) || code > 0xf4 || end - p < more) {
            return false;
        }
        code &= more == 0 ? 0x7fu : 0x3fu >> more;
        for (int i = 0; i < more; i++) {
            if ((*p & 0xc0) != 0x80) {
                return false;
            }
            code = code << 6 | (*p++ & 0x3f);
        }
        if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
            return false;
        }
    }
    return true;
}
