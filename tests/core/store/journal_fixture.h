/* SPDX-License-Identifier: Apache-2.0 */
/* A journal of 4 MiB for each test, in a private directory or in memory. */
#pragma once

#include "core/store/journal.h"
#include "tests/core/store/store_fixture.h"

#define MIB (1u << 20)

struct t_journal {
    char dir[64];
    int dir_fd;
    struct awi_journal *journal;
};

int t_journal_setup(void **state);
int t_journal_memory_setup(void **state);
int t_journal_teardown(void **state);
#define T_IN_DIR(test) cmocka_unit_test_setup_teardown(test, t_journal_setup, t_journal_teardown)
#define T_IN_MEMORY(test)                                                                          \
    {                                                                                              \
#test "_memory", test, t_journal_memory_setup, t_journal_teardown, NULL                    \
    }

/* The next record, waiting for one that is being written. */
int t_next(struct awi_journal_reader *reader, struct awi_journal_record *record);
/* len bytes, each the number. */
void t_append(struct awi_journal *journal, int64_t number, size_t len);
