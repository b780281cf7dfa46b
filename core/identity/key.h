/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of access keys: ids that carry their account, secrets, session tokens, and the unique
 * ids of principals. Text only; who holds a key is in the state (session.h, records.json).
 *
 * A key id is a prefix of four letters and 16 characters of base32, ten bytes: a one bit, 40 bits
 * of account number, 39 random bits (identity.md 9.2). An id whose first bit is 0 was made before
 * accounts were put in; it tells nothing.
 */
#pragma once

#include "core/ids.h"
#include "core/util/str.h"

#define AWI_KEY_ID_LEN 20
#define AWI_SECRET_LEN 40
#define AWI_ENTITY_LEN 21 /* AIDA..., AROA... */
#define AWI_TOKEN_LEN  224

/* What an access key id is by its looks. */
enum awi_key_form {
    AWI_KEY_ACCOUNT,   /* 12 digits: the account itself */
    AWI_KEY_LONG_TERM, /* AKIA and 16 of base32 */
    AWI_KEY_TEMPORARY, /* ASIA and 16 of base32 */
    AWI_KEY_FREE,      /* anything else: "test" */
};

enum awi_key_form awi_key_form(struct awi_str id);

/* The account in a key id of 20 characters, whatever its prefix. 0; -ENODATA: an id of the old
 * kind, or one whose number is no account; -EINVAL: no key id. */
int awi_key_account(struct awi_str id, char ret[13]);

/* prefix: "AKIA", "ASIA"; account: 12 digits. -EINVAL when it is not. */
int awi_key_make(struct awi_random *random,
                 const char *prefix,
                 struct awi_str account,
                 char ret[AWI_KEY_ID_LEN + 1]);

/* 40 characters of A-Z a-z 0-9 + /. */
void awi_secret_make(struct awi_random *random, char ret[AWI_SECRET_LEN + 1]);

/* A unique id of an entity: prefix ("AIDA", "AROA") and 17 of A-Z2-7. */
void awi_entity_make(struct awi_random *random, const char *prefix, char ret[AWI_ENTITY_LEN + 1]);

/*
 * A session token: base64 of a mark by which tokens of this emulation are known, and 156 random
 * bytes. It says nothing; the state keeps its SHA-256 with the session.
 */
void awi_token_make(struct awi_random *random, char ret[AWI_TOKEN_LEN + 1]);
/* Was this token made by awi_token_make(), here or elsewhere? */
bool awi_token_is_ours(struct awi_str token);

/* Same text, in a time that depends on the lengths only. */
bool awi_key_same(struct awi_str a, struct awi_str b);
