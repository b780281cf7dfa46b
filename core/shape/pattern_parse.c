/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser of patterns.
 */
#include "core/shape/pattern_node.h"
#include "core/util/utf8.h"

#include <errno.h>

#define NEST_MAX 20 /* of groups in a pattern */
#define NO_LIMIT UINT32_MAX

struct parser {
    struct awi_arena *arena;
    struct awi_str pattern;
    size_t at;
    int error; /* -ENOMEM, or -ENOSYS: not understood */
    unsigned nest;
};

static void *fail(struct parser *p, int error)
{
    p->error = p->error ? p->error : error;
    return NULL;
}

static int peek(const struct parser *p)
{
    return p->at < p->pattern.len ? (unsigned char)p->pattern.ptr[p->at] : -1;
}

static bool take(struct parser *p, const char *text)
{
    if (!awi_str_starts(awi_str_skip(p->pattern, p->at), awi_str_from(text))) {
        return false;
    }
    p->at += strlen(text);
    return true;
}

static struct awi_pattern_node *new_node(struct parser *p, enum awi_pattern_kind kind)
{
    struct awi_pattern_node *node = awi_arena_new(p->arena, struct awi_pattern_node);

    if (!node) {
        return fail(p, -ENOMEM);
    }
    node->kind = kind;
    return node;
}

static void add_range(struct parser *p, struct awi_pattern_node *set, int32_t low, int32_t high)
{
    struct awi_pattern_range *range = awi_arena_new(p->arena, struct awi_pattern_range);

    if (!range) {
        fail(p, -ENOMEM);
        return;
    }
    *range = (struct awi_pattern_range){low, high, set->ranges};
    set->ranges = range;
}

/* The ranges of \d, \w, \s and of \p{...}; negated ones only stand alone. */
static bool add_class(struct parser *p, struct awi_pattern_node *set, int c, bool negated)
{
    static const struct {
        char c;
        int32_t ranges[8];
    } classes[] = {
        {'d', {'0', '9'}},
        {'w', {'0', '9', 'A', 'Z', 'a', 'z', '_', '_'}},
        {'s', {'\t', '\r', ' ', ' '}},
    };

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (classes[i].c != (c | 0x20)) {
            continue;
        }
        int32_t from = 0;
        for (size_t k = 0; k < 8 && classes[i].ranges[k]; k += 2) {
            if (!negated) {
                add_range(p, set, classes[i].ranges[k], classes[i].ranges[k + 1]);
            } else {
                add_range(p, set, from, classes[i].ranges[k] - 1);
                from = classes[i].ranges[k + 1] + 1;
            }
        }
        if (negated) {
            add_range(p, set, from, 0x10ffff);
        }
        return true;
    }
    return false;
}

static void add_property(struct parser *p, struct awi_pattern_node *set)
{
    if (take(p, "{L}") || take(p, "{Alpha}") || take(p, "{IsAlphabetic}")) {
        add_range(p, set, 'A', 'Z');
        add_range(p, set, 'a', 'z');
    } else if (take(p, "{N}") || take(p, "{Nd}")) {
        add_range(p, set, '0', '9');
    } else if (take(p, "{Z}") || take(p, "{Zs}")) {
        add_range(p, set, ' ', ' ');
    } else if (take(p, "{Print}") || take(p, "{P}") || take(p, "{S}") || take(p, "{M}")) {
        add_range(p, set, ' ', '~');
    } else {
        fail(p, -ENOSYS);
    }
    add_range(p, set, 0x80, 0x10ffff);
}

static int32_t hex(struct parser *p, size_t n)
{
    int32_t value = 0;

    for (size_t i = 0; i < n; i++) {
        int c = peek(p);
        int low = c | 0x20;
        if (c >= '0' && c <= '9') {
            value = value * 16 + (c - '0');
        } else if (low >= 'a' && low <= 'f') {
            value = value * 16 + (low - 'a' + 10);
        } else {
            fail(p, -ENOSYS);
            return 0;
        }
        p->at++;
    }
    return value;
}

/* A character behind a backslash that stands for one character. */
static int32_t escaped_char(struct parser *p)
{
    static const char from[] = "nrtfe";
    static const char to[] = "\n\r\t\f\033";
    int c = peek(p);

    if (c < 0) {
        fail(p, -ENOSYS);
        return 0;
    }
    p->at++;
    if (c == 'u' || c == 'x') {
        int32_t code = hex(p, c == 'u' ? 4 : 2);
        /* Java writes characters beyond U+FFFF as two. */
        if (code >= 0xd800 && code < 0xdc00 && take(p, "\\u")) {
            int32_t second = hex(p, 4);
            if (second >= 0xdc00 && second < 0xe000) {
                return 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
            }
            fail(p, -ENOSYS);
        }
        return code;
    }
    const char *found = strchr(from, c);
    if (found) {
        return to[found - from];
    }
    if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
        fail(p, -ENOSYS); /* back references, boundaries and the like */
    }
    return c;
}

/* One character as it stands, also beyond ASCII. */
static int32_t plain_char(struct parser *p)
{
    int32_t c = awi_utf8_next(p->pattern, &p->at);

    if (c < 0) {
        fail(p, -ENOSYS);
        p->at++;
    }
    return c;
}

/* Behind the '['. */
static struct awi_pattern_node *parse_set(struct parser *p)
{
    struct awi_pattern_node *set = new_node(p, AWI_PATTERN_SET);
    bool first = true;

    if (!set) {
        return NULL;
    }
    set->negated = take(p, "^");
    while (!p->error && (first || peek(p) != ']')) {
        first = false;
        if (peek(p) < 0 || peek(p) == '[' ||
            awi_str_starts(awi_str_skip(p->pattern, p->at), AWI_STR("&&"))) {
            return fail(p, -ENOSYS);
        }
        int32_t low;
        if (take(p, "\\")) {
            int c = peek(p);
            if (c == 'p') {
                p->at++;
                add_property(p, set);
                continue;
            }
            if (c > 0 && strchr("dwsDWS", c)) {
                p->at++;
                add_class(p, set, c, c < 'a');
                continue;
            }
            low = escaped_char(p);
        } else {
            low = plain_char(p);
        }
        int32_t high = low;
        struct awi_str rest = awi_str_skip(p->pattern, p->at);
        if (rest.len > 1 && rest.ptr[0] == '-' && rest.ptr[1] != ']') {
            struct awi_str behind = awi_str_skip(rest, 1);
            if (!(behind.ptr[0] == '\\' && behind.len > 1 && strchr("dwsDWSp", behind.ptr[1]))) {
                p->at++;
                high = take(p, "\\") ? escaped_char(p) : plain_char(p);
            }
        }
        add_range(p, set, low, high);
    }
    p->at++;
    return set;
}

static struct awi_pattern_node *parse_alternatives(struct parser *p);

static struct awi_pattern_node *parse_group(struct parser *p)
{
    struct awi_pattern_node *group = new_node(p, AWI_PATTERN_GROUP);

    if (!group) {
        return NULL;
    }
    if (take(p, "?=") || take(p, "?!")) {
        group->kind = AWI_PATTERN_AHEAD;
        group->negated = p->pattern.ptr[p->at - 1] == '!';
    } else if (!take(p, "?:") && peek(p) == '?') {
        return fail(p, -ENOSYS);
    }
    if (++p->nest > NEST_MAX) {
        return fail(p, -ENOSYS);
    }
    group->child = parse_alternatives(p);
    p->nest--;
    return take(p, ")") ? group : fail(p, -ENOSYS);
}

static struct awi_pattern_node *parse_atom(struct parser *p)
{
    struct awi_pattern_node *set;
    int c = peek(p);

    if (take(p, "[")) {
        return parse_set(p);
    }
    if (take(p, "(")) {
        return parse_group(p);
    }
    if (take(p, "^")) {
        return new_node(p, AWI_PATTERN_BEGIN);
    }
    if (take(p, "$")) {
        return new_node(p, AWI_PATTERN_END);
    }
    set = new_node(p, AWI_PATTERN_SET);
    if (!set || strchr("*+?{", c)) {
        return fail(p, -ENOSYS);
    }
    if (take(p, ".")) {
        add_range(p, set, '\n', '\n');
        set->negated = true;
    } else if (take(p, "\\")) {
        c = peek(p);
        if (c == 'p') {
            p->at++;
            add_property(p, set);
        } else if (c > 0 && strchr("dwsDWS", c)) {
            p->at++;
            add_class(p, set, c, c < 'a');
        } else {
            int32_t code = escaped_char(p);
            add_range(p, set, code, code);
        }
    } else {
        int32_t code = plain_char(p);
        add_range(p, set, code, code);
    }
    return set;
}

static uint32_t number(struct parser *p)
{
    uint32_t value = 0;

    while (peek(p) >= '0' && peek(p) <= '9' && value < 1000000) {
        value = value * 10 + (uint32_t)(peek(p) - '0');
        p->at++;
    }
    return value;
}

/* Lazy and possessive forms match the same whole texts, or nearly; the sign is passed over. */
static struct awi_pattern_node *parse_repeat(struct parser *p, struct awi_pattern_node *what)
{
    struct awi_pattern_node *repeat;
    uint32_t min = 0;
    uint32_t max = NO_LIMIT;

    if (take(p, "+")) {
        min = 1;
    } else if (take(p, "?")) {
        max = 1;
    } else if (take(p, "{")) {
        min = number(p);
        max = min;
        if (take(p, ",")) {
            max = peek(p) == '}' ? NO_LIMIT : number(p);
        }
        if (!take(p, "}")) {
            return fail(p, -ENOSYS);
        }
    } else if (!take(p, "*")) {
        return what;
    }
    if (!take(p, "?")) {
        take(p, "+");
    }
    repeat = new_node(p, AWI_PATTERN_REPEAT);
    if (repeat) {
        repeat->child = what;
        repeat->min = min;
        repeat->max = max;
    }
    return repeat;
}

static struct awi_pattern_node *parse_sequence(struct parser *p)
{
    struct awi_pattern_node *first = NULL;
    struct awi_pattern_node **end = &first;

    while (!p->error && peek(p) >= 0 && peek(p) != '|' && peek(p) != ')') {
        struct awi_pattern_node *atom = parse_atom(p);
        struct awi_pattern_node *node = atom ? parse_repeat(p, atom) : NULL;
        if (!node) {
            return NULL;
        }
        *end = node;
        end = &node->next;
    }
    if (!first) {
        first = new_node(p, AWI_PATTERN_GROUP);
        if (first) {
            first->empty = true;
        }
    }
    return first;
}

static struct awi_pattern_node *parse_alternatives(struct parser *p)
{
    struct awi_pattern_node *first = parse_sequence(p);
    struct awi_pattern_node *last = first;

    while (last && !p->error && take(p, "|")) {
        last->alternative = parse_sequence(p);
        last = last->alternative;
    }
    return first;
}

int awi_pattern_parse(struct awi_arena *arena,
                      struct awi_str pattern,
                      const struct awi_pattern_node **ret)
{
    struct parser p = {.arena = arena, .pattern = pattern};

    *ret = parse_alternatives(&p);
    if (p.error) {
        return p.error;
    }
    return p.at == pattern.len ? 0 : -ENOSYS;
}
