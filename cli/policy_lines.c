/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON lines through the policy evaluator: a line out for each line in, at once. What was read is
 * answered before more is read, so that a program may ask and wait for the answer.
 */
#include "cli/policy.h"
#include "core/policy/case.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define CHUNK        (256 * 1024)
#define LONGEST_LINE (16 * 1024 * 1024)
/* Trees and compiled policies of one line. */
#define LINE_MEMORY (1024 * 1024 * 1024)

struct stream {
    struct awi_arena arena;
    struct awi_buf in;
    struct awi_buf out;
    size_t scanned; /* bytes of in that hold no line's end */
    bool overlong;  /* the rest of a line that was refused is being skipped */
};

static int flush_answers(struct stream *s)
{
    size_t done = 0;

    while (done < s->out.len) {
        ssize_t n = write(STDOUT_FILENO, s->out.ptr + done, s->out.len - done);
        if (n < 0 && errno != EINTR) {
            return -errno;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    awi_buf_clear(&s->out);
    return 0;
}

static int answer(struct stream *s, struct awi_str line)
{
    if (line.len && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    int r = awi_policy_case_answer(&s->arena, line, &s->out);
    awi_arena_reset(&s->arena);
    return r == 0 && s->out.len > CHUNK ? flush_answers(s) : r;
}

static int refuse_long(struct stream *s)
{
    s->overlong = true;
    return awi_buf_printf(
        &s->out, "{\"CaseId\":null,\"Error\":\"a line is longer than %d bytes\"}\n", LONGEST_LINE);
}

/* Answers all whole lines that were read. */
static int answer_lines(struct stream *s)
{
    size_t from = 0;
    int r = 0;

    for (;;) {
        struct awi_str rest = awi_str_skip(awi_buf_view(&s->in), from + s->scanned);
        ptrdiff_t end = awi_str_find(rest, '\n');
        if (end < 0) {
            break;
        }
        size_t len = s->scanned + (size_t)end;
        if (!s->overlong) {
            r = answer(s, awi_str_of(s->in.ptr + from, len));
        }
        if (r < 0) {
            return r;
        }
        s->overlong = false;
        s->scanned = 0;
        from += len + 1;
    }
    awi_buf_drop(&s->in, from);
    s->scanned = s->in.len;
    if (!s->overlong && s->in.len > LONGEST_LINE) {
        r = refuse_long(s);
    }
    if (s->overlong) {
        awi_buf_clear(&s->in);
        s->scanned = 0;
    }
    return r;
}

static int answer_stream(struct stream *s, int fd)
{
    for (;;) {
        char *room = awi_buf_room(&s->in, CHUNK);
        if (!room) {
            return s->in.error;
        }
        ssize_t n = read(fd, room, CHUNK);
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            return -errno;
        }
        if (n == 0) {
            break;
        }
        awi_buf_grew(&s->in, (size_t)n);
        int r = answer_lines(s);
        if (r == 0) {
            r = flush_answers(s);
        }
        if (r < 0) {
            return r;
        }
    }
    /* A last line without its end. */
    int r = s->in.len && !s->overlong ? answer(s, awi_buf_view(&s->in)) : 0;
    awi_buf_clear(&s->in);
    s->scanned = 0;
    s->overlong = false;
    return r == 0 ? flush_answers(s) : r;
}

static int answer_file(struct stream *s, const char *path)
{
    AWI_AUTO(fd) int opened = -1;
    bool standard = strcmp(path, "-") == 0;

    if (!standard) {
        opened = open(path, O_RDONLY | O_CLOEXEC);
        if (opened < 0) {
            fprintf(stderr, "awsintercept: %s: %s\n", path, strerror(errno));
            return 1;
        }
    }
    int r = answer_stream(s, standard ? STDIN_FILENO : opened);
    if (r == -EPIPE) {
        return 1;
    }
    if (r < 0) {
        fprintf(stderr, "awsintercept: %s: %s\n", standard ? "standard input" : path, strerror(-r));
    }
    return r < 0;
}

int awi_cli_policy_lines(int n_files, char **files)
{
    struct stream s = {.in = AWI_BUF_INIT(LONGEST_LINE + 2 * CHUNK),
                       .out = AWI_BUF_INIT(SIZE_MAX / 4)};
    int status = 0;

    awi_arena_init(&s.arena, LINE_MEMORY);
    if (n_files == 0) {
        status = answer_file(&s, "-");
    }
    for (int i = 0; i < n_files && status == 0; i++) {
        status = answer_file(&s, files[i]);
    }
    awi_arena_deinit(&s.arena);
    awi_buf_deinit(&s.in);
    awi_buf_deinit(&s.out);
    return status;
}
