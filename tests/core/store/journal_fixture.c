/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/store/journal_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int setup(void **state, bool memory)
{
    struct t_journal *f = calloc(1, sizeof(*f));

    t_new_dir(f->dir, sizeof(f->dir));
    f->dir_fd = memory ? -1 : open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *state = f;
    return awi_journal_open(f->dir_fd, 4 * MIB, &f->journal);
}

int t_journal_setup(void **state)
{
    return setup(state, false);
}

int t_journal_memory_setup(void **state)
{
    return setup(state, true);
}

int t_journal_teardown(void **state)
{
    struct t_journal *f = *state;

    awi_journal_close(f->journal);
    if (f->dir_fd >= 0) {
        close(f->dir_fd);
    }
    t_remove_dir(f->dir);
    free(f);
    return 0;
}

int t_next(struct awi_journal_reader *reader, struct awi_journal_record *record)
{
    int r;

    while ((r = awi_journal_next(reader, record)) == -EAGAIN) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    return r;
}

void t_append(struct awi_journal *journal, int64_t number, size_t len)
{
    static char bytes[AWI_JOURNAL_PAYLOAD];

    memset(bytes, (int)number, len);
    assert_int_equal(awi_journal_append(journal, number, awi_str_of(bytes, len)), 0);
}
