/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store's tests share: a private directory for each test, a store in it, short ways to
 * write and read one record.
 */
#pragma once

#include "core/store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Two accounts. */
#define A "111111111111"
#define B "222222222222"

struct t_store {
    char dir[64]; /* private; removed by t_store_teardown() */
    char state[80];
    struct awi_store *store;
};

/* *fixture becomes a struct t_store with an open store in a new directory, or in memory. */
int t_store_setup(void **fixture);
int t_memory_setup(void **fixture);
int t_store_teardown(void **fixture);
/* For the list of tests: once in a directory, once in memory. */
#define T_BOTH(test)                                                                               \
    {#test, test, t_store_setup, t_store_teardown, NULL},                                          \
    {                                                                                              \
#test "_memory", test, t_memory_setup, t_store_teardown, NULL                              \
    }
#define T_DIR(test) cmocka_unit_test_setup_teardown(test, t_store_setup, t_store_teardown)

void t_new_dir(char *path, size_t size);
void t_remove_dir(const char *path);
/* Files below a folder of the state directory; 0 when there is no such folder. */
unsigned t_count_files(const char *dir, const char *folder);

struct awi_scope t_scope(struct awi_txn *txn, const char *account, const char *table_service);
/* One record in a transaction of its own; the result of the first step that fails. */
int t_put(struct awi_store *store, const char *account, const char *key, const char *value);
int t_delete(struct awi_store *store, const char *account, const char *key);
/* Fails the test unless the record is value; NULL: unless there is none. */
void t_expect(struct awi_store *store, const char *account, const char *key, const char *value);
unsigned t_count(struct awi_store *store, const char *account);

/* Entries of any kind in the engine. */
size_t t_entries(struct awi_store *store);

/* For a forked child: a file system of so many bytes on path, seen by this process alone. False
 * where that is not permitted; the child then returns T_SKIP. */
bool t_small_disk(const char *path, size_t bytes);
#define T_SKIP 77

/* Runs in a forked child and gives its exit status; 128 + signal when it was killed. */
int t_fork(int (*child)(void *arg), void *arg);

/* A small generator, the same on every run. */
uint64_t t_random(uint64_t *state);
