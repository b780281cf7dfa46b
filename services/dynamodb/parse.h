/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser's inside: tokens, paths and operands, shared by the grammars of conditions,
 * projections and updates.
 */
#pragma once

#include "services/dynamodb/expression.h"

#define DDB_NESTING_MAX 32

enum ddb_token_kind {
    DDB_TOKEN_END,
    DDB_TOKEN_WORD,   /* a name or a keyword */
    DDB_TOKEN_NAME,   /* #name */
    DDB_TOKEN_VALUE,  /* :value */
    DDB_TOKEN_NUMBER, /* digits */
    DDB_TOKEN_SIGN,   /* = <> < <= > >= ( ) , . [ ] + - */
    DDB_TOKEN_WRONG,
};

struct ddb_token {
    enum ddb_token_kind kind;
    struct awi_str text;
};

/* Refusals that are not about syntax, in the order in which AWS prefers them. */
enum ddb_fault {
    DDB_FAULT_PARENS,
    DDB_FAULT_FUNCTION,
    DDB_FAULT_MISUSE,
    DDB_FAULT_RESERVED,
    DDB_FAULT_SECTION,
    DDB_FAULT_UNDEFINED,
    DDB_FAULT_OPERANDS,
    DDB_FAULT_DISTINCT,
    DDB_FAULT_OVERLAP,
    DDB_FAULT_CONFLICT,
    DDB_FAULT_TYPE,
    DDB_N_FAULTS,
};

struct ddb_parser {
    struct ddb_expressions *all;
    const char *kind;
    struct awi_str text;
    size_t at; /* behind the current token */
    struct ddb_token previous, token;
    struct awi_str faults[DDB_N_FAULTS];
    int operators;
    int depth;
};

/* 1 and a message when the text is empty or too long. */
int ddb_parser_begin(struct ddb_parser *parser,
                     struct ddb_expressions *all,
                     const char *kind,
                     struct awi_str text);
/* Everything was read: the end must be here, then the first of the faults counts. */
int ddb_parser_end(struct ddb_parser *parser);

void ddb_next(struct ddb_parser *parser);
bool ddb_is_sign(const struct ddb_parser *parser, const char *sign);
bool ddb_is_word(const struct ddb_parser *parser, const char *word);
/* Is the current word the name of a function, that is, does a parenthesis follow? */
bool ddb_is_call(const struct ddb_parser *parser);
/* Goes on if the sign is here, else it is a syntax error. */
int ddb_expect(struct ddb_parser *parser, const char *sign);
int ddb_syntax_error(struct ddb_parser *parser);
/* Remembers a fault unless there is one of its sort. */
void ddb_fault(struct ddb_parser *parser, enum ddb_fault fault, struct awi_str message);

int ddb_parse_path(struct ddb_parser *parser, struct ddb_path *ret);
int ddb_parse_value(struct ddb_parser *parser, const struct dynamodb_AttributeValue **ret);

/* DDB_NONE for what has no type before it is evaluated. */
enum ddb_type ddb_operand_type(const struct ddb_operand *operand);

/* --- condition_check.c: each remembers a fault if there is one ------------------------------- */

struct ddb_function {
    const char *name;
    enum ddb_op op;
    size_t operands;
};

/* sort: "operator" or "operator or function". */
void ddb_wrong_type(struct ddb_parser *parser,
                    const char *sort,
                    struct awi_str op,
                    const char *type);
void ddb_check_distinct(struct ddb_parser *parser,
                        struct awi_str op,
                        const struct ddb_operand *operands,
                        size_t n);
/* Only strings, numbers and binaries have an order. */
void ddb_check_ordered(struct ddb_parser *parser,
                       struct awi_str op,
                       const struct ddb_operand *operands,
                       size_t n);
void ddb_check_between(struct ddb_parser *parser, const struct ddb_operand *operands);
/* No path may be part of another, nor take a list for a map. */
void ddb_check_paths(struct ddb_parser *parser, const struct ddb_path *a, const struct ddb_path *b);
void ddb_check_function(struct ddb_parser *parser,
                        const struct ddb_function *function,
                        const struct ddb_condition *condition);
