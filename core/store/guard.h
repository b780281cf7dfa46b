/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LMDB's calls that walk through pages, for core/store alone. LMDB takes what the file holds for
 * true and ends the process where it finds a contradiction; through these a damaged file is
 * MDB_CORRUPTED instead. What a page claims about itself is checked when the environment is opened,
 * as far as AWI_VERIFY_PAGES pages from the root.
 */
#pragma once

#include <lmdb.h>

#define AWI_VERIFY_PAGES 256

/* Before the environment is used. */
void awi_guard_env(MDB_env *env);

int awi_mdb_dbi_open(MDB_txn *txn, MDB_dbi *ret);
int awi_mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value);
int awi_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags);
int awi_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value);
int awi_mdb_drop(MDB_txn *txn, MDB_dbi dbi);
int awi_mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op);
int awi_mdb_cursor_del(MDB_cursor *cursor);
/* The transaction is over whatever comes of it. */
int awi_mdb_txn_commit(MDB_txn *txn);

/*
 * Looks at the pages of txn's snapshot, from the root down: MDB_CORRUPTED when one contradicts
 * itself or names a page outside the file. file: bytes that the file has.
 */
int awi_guard_verify(MDB_txn *txn, const void *map, size_t file, size_t page);
