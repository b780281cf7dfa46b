/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/yaml.h"

#include <errno.h>
#include <yaml.h>

#define DEPTH_MAX 16

struct builder {
    struct awi_arena *arena;
    struct awi_str text;
    yaml_parser_t parser;
    struct awi_yaml *open[DEPTH_MAX]; /* lists and maps around this place */
    struct awi_yaml *last[DEPTH_MAX]; /* their newest child */
    int depth;
    struct awi_yaml *root;
    struct awi_str key; /* read, its value not yet */
    unsigned key_line;
    unsigned line;
    struct awi_str problem;
};

static int refuse(struct builder *b, unsigned line, struct awi_str problem)
{
    b->line = line;
    b->problem = problem;
    return awi_str_is_set(problem) ? 1 : -ENOMEM;
}

/* Length of the UTF-8 sequence at s, 0 when there is none (overlong, surrogate, cut off). */
static size_t utf8_length(const unsigned char *s, size_t left)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
    unsigned code;

    if (n <= 1 || n > left) {
        return n <= left ? n : 0;
    }
    code = s[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if (s[i] >> 6 != 2) {
            return 0;
        }
        code = code << 6 | (s[i] & 0x3f);
    }
    return code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? 0 : n;
}

static int check_text(struct builder *b)
{
    const unsigned char *s = (const unsigned char *)b->text.ptr;
    unsigned line = 1;

    for (size_t i = 0; i < b->text.len;) {
        size_t n = utf8_length(s + i, b->text.len - i);
        if (n == 0) {
            return refuse(
                b, line, awi_arena_printf(b->arena, "found byte 0x%02x, expected UTF-8", s[i]));
        }
        if (s[i] == '\0') {
            return refuse(b, line, AWI_STR("found a NUL byte, expected text"));
        }
        line += s[i] == '\n';
        i += n;
    }
    return 0;
}

/* Is a tab among the blanks that line n begins with? */
static bool indented_by_tab(struct awi_str text, unsigned n)
{
    struct awi_str line;

    for (unsigned i = 0; i < n; i++) {
        if (!awi_str_cut(&text, '\n', &line)) {
            return false;
        }
    }
    for (size_t i = 0; i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'); i++) {
        if (line.ptr[i] == '\t') {
            return true;
        }
    }
    return false;
}

/* libyaml's "found character that cannot start any token" becomes our "found ..., expected ...". */
static int refuse_parser(struct builder *b)
{
    const yaml_parser_t *p = &b->parser;
    unsigned line = (unsigned)p->problem_mark.line + 1;
    const char *problem = p->problem ? p->problem : "something that is no YAML";

    if (p->error == YAML_MEMORY_ERROR) {
        return -ENOMEM;
    }
    if (p->error == YAML_READER_ERROR) {
        return refuse(b, 1, awi_arena_printf(b->arena, "found %s, expected plain text", problem));
    }
    if (indented_by_tab(b->text, line)) {
        return refuse(b, line, AWI_STR("found a tab in the indentation, expected spaces"));
    }
    if (strncmp(problem, "found ", 6) == 0 || strncmp(problem, "did not find ", 13) == 0) {
        const char *context = p->context ? p->context : "reading";
        return refuse(
            b, line, awi_arena_printf(b->arena, "%s %s, expected valid YAML", problem, context));
    }
    return refuse(b, line, awi_arena_printf(b->arena, "found %s, expected valid YAML", problem));
}

/* Puts a finished or opened node where it belongs. */
static int place(struct builder *b, struct awi_yaml *node)
{
    struct awi_yaml *parent = b->depth > 0 ? b->open[b->depth - 1] : NULL;

    if (!parent) {
        if (b->root) {
            return refuse(b, node->line, AWI_STR("found a second document, expected one"));
        }
        b->root = node;
        return 0;
    }
    if (parent->kind == AWI_YAML_MAP) {
        if (!awi_str_is_set(b->key)) {
            return refuse(b, node->line, AWI_STR("found a list or map as a key, expected a name"));
        }
        node->key = b->key;
        node->key_line = b->key_line;
        b->key = AWI_STR_NULL;
    }
    if (b->last[b->depth - 1]) {
        b->last[b->depth - 1]->next = node;
    } else {
        parent->child = node;
    }
    b->last[b->depth - 1] = node;
    parent->n++;
    return 0;
}

static int open_node(struct builder *b, enum awi_yaml_kind kind, unsigned line)
{
    struct awi_yaml *node = awi_arena_new(b->arena, struct awi_yaml);
    int r;

    if (!node) {
        return -ENOMEM;
    }
    node->kind = kind;
    node->line = line;
    r = place(b, node);
    if (r) {
        return r;
    }
    if (b->depth == DEPTH_MAX) {
        return refuse(b, line, AWI_STR("found more than 16 levels, expected a flat file"));
    }
    b->open[b->depth] = node;
    b->last[b->depth] = NULL;
    b->depth++;
    return 0;
}

static int add_scalar(struct builder *b, const yaml_event_t *event, unsigned line)
{
    const char *tag = (const char *)event->data.scalar.tag;
    bool is_str = tag && strcmp(tag, YAML_STR_TAG) == 0;
    struct awi_str text =
        awi_arena_str(b->arena, awi_str_of(event->data.scalar.value, event->data.scalar.length));
    struct awi_yaml *node;

    if (!awi_str_is_set(text)) {
        return -ENOMEM;
    }
    if (tag && !is_str && strcmp(tag, "!") != 0) {
        return refuse(b, line, awi_arena_printf(b->arena, "found tag %s, expected none", tag));
    }
    if (b->depth > 0 && b->open[b->depth - 1]->kind == AWI_YAML_MAP && !awi_str_is_set(b->key)) {
        b->key = text;
        b->key_line = line;
        return 0;
    }
    node = awi_arena_new(b->arena, struct awi_yaml);
    if (!node) {
        return -ENOMEM;
    }
    node->kind = AWI_YAML_SCALAR;
    node->line = line;
    node->text = text;
    node->quoted = is_str || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return place(b, node);
}

static int take_event(struct builder *b, const yaml_event_t *event)
{
    unsigned line = (unsigned)event->start_mark.line + 1;

    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event, line);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(b, AWI_YAML_LIST, line);
    case YAML_MAPPING_START_EVENT:
        return open_node(b, AWI_YAML_MAP, line);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return 0;
    case YAML_ALIAS_EVENT:
        return refuse(b, line, AWI_STR("found an alias, expected the value itself"));
    default:
        return 0;
    }
}

static int take_events(struct builder *b)
{
    bool end = false;
    int r = 0;

    while (!end && r == 0) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b->parser, &event)) {
            return refuse_parser(b);
        }
        end = event.type == YAML_STREAM_END_EVENT;
        r = take_event(b, &event);
        yaml_event_delete(&event);
    }
    return r;
}

int awi_yaml_parse(struct awi_arena *arena,
                   struct awi_str text,
                   struct awi_yaml **ret,
                   unsigned *ret_line,
                   struct awi_str *ret_problem)
{
    struct builder b = {.arena = arena, .text = text};
    int r = check_text(&b);

    if (r == 0) {
        if (!yaml_parser_initialize(&b.parser)) {
            return -ENOMEM;
        }
        yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&b.parser, (const unsigned char *)text.ptr, text.len);
        r = take_events(&b);
        yaml_parser_delete(&b.parser);
    }
    if (r > 0) {
        *ret_line = b.line;
        *ret_problem = b.problem;
    } else if (r == 0) {
        *ret = b.root;
    }
    return r;
}
